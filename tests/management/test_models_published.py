"""Models beside their runs: an unmodified MLflow client reads them and fetches their files."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tracking_server import TrackingServer, missing_libraries

from facewright.errors import HistoryUnreachable
from facewright.management.models.models import Described, Models
from facewright.management.models.publish import ID, Registry, publish_waiting, withdraw
from facewright.management.models.sources import find_source
from facewright.management.records import Model
from facewright.runs import tags
from facewright.runs.history import History
from facewright.runs.record import Submitted
from facewright.runs.tracking import answering

RUN = "face_1795377699443"

CLIENT = """
import json, sys
import mlflow
from mlflow.tracking import MlflowClient

uri, name, folder = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = MlflowClient()
found = []
for version in client.search_model_versions(f"name = '{name}'", order_by=["version_number ASC"]):
    place = mlflow.artifacts.download_artifacts(
        artifact_uri=f"models:/{version.name}/{version.version}",
        dst_path=f"{folder}/{version.version}",
    )
    found.append({"version": version.version, "run": version.run_id, "tags": version.tags,
                  "description": version.description, "place": place})
print(json.dumps(found))
"""


@pytest.fixture
def server(tmp_path: Path, empty_history: Path) -> Iterator[TrackingServer]:
    """Return a tracking server that runs; skip without its libraries, fail in CI."""
    if missing := missing_libraries():
        reason = f"the tracking server needs {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = TrackingServer(tmp_path / "server", empty_history)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["file", "server"])
def uri(request: pytest.FixtureRequest, tmp_path: Path, empty_history: Path) -> str:
    """Return the address of a history in a file, and of one at a server."""
    if request.param == "file":
        shutil.copy(empty_history, tmp_path / "history.db")
        return f"sqlite:///{tmp_path / 'history.db'}"
    server: TrackingServer = request.getfixturevalue("server")
    return server.address


def registry_at(uri: str, folder: Path) -> Callable[[], Registry]:
    def opened() -> Registry:
        history = History.open(uri, folder / "artefacts")
        served = uri.startswith("http")

        def run_of(run_id: str) -> str | None:
            return history.runs.id_of(run_id) if run_id == RUN else None

        return Registry(history.runs.client, run_of, served, folder / "published")

    return opened


def register(models: Models, path: Path, **said: Any) -> Model:
    return models.register(find_source(path, 10**9), Described("face", **said))


def begin_run(uri: str, folder: Path) -> str:
    history = History.open(uri, folder / "artefacts")
    names = {"project": "face", "project_id": "11111111-aaaa", "account": "local", "user": "ada"}
    names |= {"workspace": "default", "target": "local", "configuration": "local"}
    created = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    names |= {"script_name": "train.py", "run_id": RUN}
    history.begin(Submitted(arguments=(), created=created, **names))  # type: ignore[arg-type]
    return history.runs.id_of(RUN)


def seen_by_mlflow(uri: str, folder: Path, name: str = "face") -> list[dict[str, Any]]:
    place = folder / "fetched"
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CLIENT, uri, name, str(place)],
        capture_output=True, text=True, check=False, env={**os.environ, **quiet},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found: list[dict[str, Any]] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_every_version_is_in_the_registry_with_its_run_and_its_file(
    models: Models, uri: str, tmp_path: Path
) -> None:
    mlflow_id = begin_run(uri, tmp_path)
    (tmp_path / "a.bin").write_bytes(b"one")
    (tmp_path / "b.bin").write_bytes(b"two")
    first = register(models, tmp_path / "a.bin", run_id=RUN, tags=("good",), description="One")
    second = register(models, tmp_path / "b.bin", run_id="train_17")
    assert publish_waiting(models, registry_at(uri, tmp_path)) == [first, second]
    assert [model.published for model in models.list()] == ["1", "2"]
    found = seen_by_mlflow(uri, tmp_path)
    assert found[0]["run"] == mlflow_id
    # A server keeps files with a run, so what has none gets one.
    assert bool(found[1]["run"]) == uri.startswith("http")
    assert [entry["description"] or None for entry in found] == ["One", None]
    assert found[0]["tags"] == {
        "facewright.id": first.id,
        "facewright.digest": first.digest,
        "facewright.version": "1",
        "facewright.run_id": RUN,
        "facewright.tag.1": "good",
    }
    contents = [
        Path(entry["place"], name) for entry, name in zip(found, ("a.bin", "b.bin"), strict=True)
    ]
    assert [path.read_bytes() for path in contents] == [b"one", b"two"]


def test_publishing_again_changes_nothing_and_mends_what_was_interrupted(
    models: Models, tmp_path: Path, empty_history: Path
) -> None:
    shutil.copy(empty_history, tmp_path / "history.db")
    uri = f"sqlite:///{tmp_path / 'history.db'}"
    (tmp_path / "a.bin").write_bytes(b"one")
    model = register(models, tmp_path / "a.bin")
    publish_waiting(models, registry_at(uri, tmp_path))
    # As if it had ended between MLflow's answer and our note of it.
    models.set_published(model.id, None)
    assert [each.id for each in models.unpublished()] == [model.id]
    publish_waiting(models, registry_at(uri, tmp_path))
    assert len(seen_by_mlflow(uri, tmp_path)) == 1
    assert publish_waiting(models, registry_at(uri, tmp_path)) == []


def test_a_folder_can_be_fetched_too(models: Models, uri: str, tmp_path: Path) -> None:
    (tmp_path / "outputs" / "deep").mkdir(parents=True)
    (tmp_path / "outputs" / "deep" / "a.bin").write_bytes(b"one")
    register(models, tmp_path / "outputs")
    publish_waiting(models, registry_at(uri, tmp_path))
    (found,) = seen_by_mlflow(uri, tmp_path)
    assert Path(found["place"], "deep", "a.bin").read_bytes() == b"one"


def test_while_the_server_is_away_models_wait(
    models: Models, server: TrackingServer, tmp_path: Path
) -> None:
    (tmp_path / "a.bin").write_bytes(b"one")
    model = register(models, tmp_path / "a.bin")
    server.stop()
    with pytest.raises(HistoryUnreachable), answering():
        publish_waiting(models, registry_at(server.address, tmp_path))
    assert models.unpublished() == [model]
    server.start()
    publish_waiting(models, registry_at(server.address, tmp_path))
    assert models.unpublished() == []
    assert len(seen_by_mlflow(server.address, tmp_path)) == 1


def test_a_deleted_model_leaves_the_registry(models: Models, uri: str, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"one")
    first, second = (register(models, tmp_path / "a.bin") for _ in range(2))
    opened = registry_at(uri, tmp_path)
    publish_waiting(models, opened)
    models.delete(first.id, lambda model: withdraw(model, opened()))
    (left,) = seen_by_mlflow(uri, tmp_path)
    assert left["tags"][ID] == second.id
    assert Path(left["place"], "a.bin").read_bytes() == b"one"
    models.delete(second.id, lambda model: withdraw(model, opened()))
    assert opened().client.search_registered_models() == []


def test_the_tag_of_a_run_is_the_history_s_own() -> None:
    assert tags.RUN_ID == "facewright.run_id"
