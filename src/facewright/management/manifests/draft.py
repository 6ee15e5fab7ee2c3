"""A manifest as far as it can be checked without a network: script, schema, imports, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from facewright.errors import ManagementError
from facewright.management.manifests.dependencies import (
    Needs,
    default_file,
    read_conda_file,
    read_pip_file,
    running_python,
)
from facewright.management.manifests.files import (
    checked_path,
    given_files,
    plain_file,
    read_limited,
)
from facewright.management.manifests.imports import Imported, find_imports
from facewright.management.manifests.order import ManifestOrder
from facewright.management.manifests.places import find_places
from facewright.management.manifests.schema import read_schema_file
from facewright.management.manifests.script import ScoringScript, check_inputs, read_script
from facewright.management.names import checked_name, checked_text
from facewright.system.digest import of_bytes
from facewright.system.outside_text import shown

RUNTIME = "python"

_LARGEST_SCRIPT = 4_000_000
_MOST_NAMED = 10


@dataclass(frozen=True)
class Lying:
    """A model to be placed.

    Attributes:
        known_as: Its name, for messages.
        place: Where it lay when it was registered, relative.
    """

    known_as: str
    place: str


@dataclass(frozen=True)
class Draft:
    """A manifest that was checked.

    Attributes:
        driver: Name of the scoring script.
        files: Where each file is, by its path in the image: the script, the schema if there is
            one, the dependency file if there is one, then the others.
        digests: Of the files that were read, by their paths: these bytes and no others fit.
        schema: As a plain document, or None.
        needs: What is installed.
        places: Of the models, in their order.
        imported: What the files import.
        hidden: Files that lie where a model lies, which takes their place.
    """

    driver: str
    files: dict[str, Path]
    digests: dict[str, str]
    schema: dict[str, Any] | None
    needs: Needs
    places: tuple[str, ...]
    imported: Imported
    hidden: tuple[str, ...]


def draft_manifest(order: ManifestOrder, models: Sequence[Lying]) -> Draft:
    """Check everything that a manifest shall hold; nothing is written, and no script is run.

    Args:
        order: What it shall be.
        models: Those that it shall hold.

    Raises:
        ManagementError: Something is missing, unsuitable, or lies elsewhere.
        SchemaError: The schema is none, or does not fit the script.
        DependenciesError: The dependency file is none.
    """
    checked_name(order.name, "manifest")
    checked_text(order.description)
    _check_runtime(order.runtime)
    script, path, digest = _script(order)
    digests, files = {order.driver: digest}, {order.driver: path}
    schema = _add_schema(order, script, files, digests)
    needs = _needs(order, models)
    if needs.file is not None:
        files[needs.file] = plain_file(order.folder, needs.file, "the dependency file")
    files |= dict(sorted(given_files(order.folder, order.extras).items()))
    places = find_places(script.tree, [(each.known_as, each.place) for each in models])
    hidden = _hidden(files, places, set(digests))
    kept = {path: file for path, file in files.items() if path not in hidden}
    imported = find_imports(order.folder, kept)
    _check_given(imported, kept, order)
    return Draft(order.driver, kept, digests, schema, needs, tuple(places), imported, hidden)


def _check_runtime(runtime: str) -> None:
    if runtime == RUNTIME:
        return
    spark = runtime.lower().startswith("spark")
    raise ManagementError(
        f"the runtime {shown(runtime)} is not run: expected {RUNTIME}",
        hint="Facewright has no Spark; write run() with numpy or pandas and name -r python"
        if spark
        else "name -r python",
    )


def _script(order: ManifestOrder) -> tuple[ScoringScript, Path, str]:
    name = checked_path(order.driver, "the scoring script")
    if "/" in name or not name.endswith(".py"):
        raise ManagementError(
            "not a scoring script: expected a file .py in the current folder, "
            f"received {shown(order.driver)}",
            hint="go to its folder first",
        )
    path = plain_file(order.folder, name, "the scoring script")
    data = read_limited(path, _LARGEST_SCRIPT, "the scoring script")
    return read_script(data, name), path, of_bytes(data)


def _add_schema(
    order: ManifestOrder, script: ScoringScript, files: dict[str, Path], digests: dict[str, str]
) -> dict[str, Any] | None:
    if order.schema is None:
        check_inputs(script, None)
        return None
    path = checked_path(order.schema, "the schema")
    file = plain_file(order.folder, path, "the schema")
    schema, document, data = read_schema_file(file, path)
    check_inputs(script, schema)
    files[path], digests[path] = file, of_bytes(data)
    return document


def _needs(order: ManifestOrder, models: Sequence[Lying]) -> Needs:
    if order.conda_file is not None and order.pip_file is not None:
        raise ManagementError(
            "two dependency files were named: expected -c or -p, received both",
            hint="put all into one of them",
        )
    reader = read_conda_file if order.pip_file is None else read_pip_file
    named = order.conda_file or order.pip_file
    names = [each.place for each in models]
    found = default_file(order.folder, names) if named is None else named
    if found is None:
        return Needs(running_python(), (), None)
    path = checked_path(found, "the dependency file")
    return reader(plain_file(order.folder, path, "the dependency file"), path)


def _hidden(files: dict[str, Path], places: Sequence[str], kept: set[str]) -> tuple[str, ...]:
    """Return the files that lie where a model will lie; script and schema, `kept`, must not."""
    hidden = []
    for path in files:
        for place in places:
            model, file = PurePosixPath(place), PurePosixPath(path)
            if model != file and model.is_relative_to(file):
                raise ManagementError(f"a model would lie below the file {path}: {place}")
            if file.is_relative_to(model):
                hidden.append(path)
    for path in kept & {*hidden}:
        raise ManagementError(
            f"a model would lie where {path} is: {', '.join(places)}",
            hint="name the model's own file, or keep it in a folder of its own",
        )
    return tuple(hidden)


def _check_given(imported: Imported, files: dict[str, Path], order: ManifestOrder) -> None:
    missing = [
        path for path in imported.local if path not in files and path not in imported.optional
    ]
    if not missing:
        return
    named = [f"{path} (imported by {imported.local[path]})" for path in missing[:_MOST_NAMED]]
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    tops = dict.fromkeys(path.partition("/")[0] for path in missing)
    raise ManagementError(
        f"{order.driver} needs files of its own folder that were not given: "
        f"{', '.join(named)}{more}",
        hint=f"add {' '.join(f'-d {top}' for top in tops)}",
    )
