"""Models beside their runs: each version is a version of a registered model in MLflow's registry.

Our records come first and do not wait for MLflow; what it does not have yet is published later, and
publishing again changes nothing. Its own version numbers are MLflow's to give; the tag
``facewright.id`` says which model is meant.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models, known_as
from facewright.management.records import Model

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

if sys.platform != "win32":
    import fcntl

ID, DIGEST, VERSION = "facewright.id", "facewright.digest", "facewright.version"
_EXPERIMENT = "facewright-models"
_LABEL = "facewright.tag."


@dataclass(frozen=True)
class Registry:
    """MLflow's registry, in the tracking store of the history.

    Attributes:
        client: MLflow's own client.
        run_of: Returns MLflow's id of one of our runs, or None where the history has none.
        served: Whether a server keeps artefacts; else they are links beside the store.
        folder: Holds those links.
    """

    client: "MlflowClient"
    run_of: Callable[[str], str | None]
    served: bool
    folder: Path


def publish_waiting(models: Models, open_registry: Callable[[], Registry]) -> list[Model]:
    """Publish the models that the registry does not have yet, oldest first.

    Args:
        models: The models.
        open_registry: Called only when one waits, since it loads MLflow.

    Returns:
        What was published now.

    Raises:
        Whatever `open_registry` and MLflow's client do when the registry is away.
    """
    if not models.unpublished():
        return []
    registry = open_registry()
    with _alone(registry.folder):
        # Again, since another process may have published them meanwhile.
        waiting = models.unpublished()
        for model in waiting:
            models.set_published(model.id, _publish(model, models.files, registry))
    return waiting


def withdraw(model: Model, registry: Registry) -> None:
    """Take a model out of the registry; one that is not in it is passed over."""
    client = registry.client
    for version in _versions(client, model):
        client.delete_model_version(version.name, version.version)
    if not client.search_model_versions(f"name = '{model.name}'", max_results=1):
        for known in client.search_registered_models(f"name = '{model.name}'"):
            if known.tags.get(ID) == "true":
                client.delete_registered_model(known.name)
    shutil.rmtree(registry.folder / model.id, ignore_errors=True)


def _publish(model: Model, files: ModelFiles, registry: Registry) -> str:
    found = _versions(registry.client, model)
    if found:
        return str(found[0].version)
    client = registry.client
    if not client.search_registered_models(f"name = '{model.name}'"):
        client.create_registered_model(model.name, tags={ID: "true"})
    run = registry.run_of(model.run_id) if model.run_id else None
    if registry.served:
        # A server takes files that lie with the run it is told.
        run = run or _own_run(client, model)
        source = _upload(model, files, registry, run)
    else:
        source = _link(model, files, registry)
    version = client.create_model_version(
        model.name, source, run, tags=_tags(model), description=model.description or None
    )
    return str(version.version)


def _versions(client: "MlflowClient", model: Model) -> "list[ModelVersion]":
    filter_ = f"name = '{model.name}' and tags.`{ID}` = '{model.id}'"
    return list(client.search_model_versions(filter_))


def _tags(model: Model) -> dict[str, str]:
    ours = {ID: model.id, DIGEST: model.digest, VERSION: str(model.version)}
    run = {"facewright.run_id": model.run_id} if model.run_id else {}
    return ours | run | {f"{_LABEL}{number}": tag for number, tag in enumerate(model.tags, 1)}


def _link(model: Model, files: ModelFiles, registry: Registry) -> str:
    folder = registry.folder / model.id
    _fill(folder, model, files)
    return folder.as_uri()


def _upload(model: Model, files: ModelFiles, registry: Registry, run: str) -> str:
    path = f"models/{model.name}/{model.id}"
    with tempfile.TemporaryDirectory(dir=registry.folder, prefix=".upload-") as folder:
        _fill(Path(folder), model, files)
        registry.client.log_artifacts(run, folder, path)
    uri: str = registry.client.get_run(run).info.artifact_uri
    return f"{uri}/{path}"


def _own_run(client: "MlflowClient", model: Model) -> str:
    known = client.get_experiment_by_name(_EXPERIMENT)
    experiment = known.experiment_id if known else client.create_experiment(_EXPERIMENT)
    found = client.search_runs([experiment], f"tags.`{ID}` = '{model.id}'", max_results=1)
    run: Any = (
        found[0]
        if found
        else client.create_run(
            experiment, tags={ID: model.id}, run_name=f"{model.name} {model.version}"
        )
    )
    client.update_run(run.info.run_id, "FINISHED")  # what else ends a run prints its address
    return str(run.info.run_id)


def _fill(folder: Path, model: Model, files: ModelFiles) -> None:
    for file in model.files:
        files.verified(file, known_as(model))
        files.link(file, folder / file.path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes of this machine from publishing meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":  # folders cannot be locked there
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
