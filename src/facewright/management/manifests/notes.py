"""What is worth a word about a manifest that can be made."""

from collections.abc import Iterator, Sequence
from importlib.metadata import packages_distributions

from facewright.management.manifests.dependencies import SERVING_FILE, is_keras
from facewright.management.manifests.draft import Draft
from facewright.management.manifests.lock import LockedWheel

_WITH_KERAS = {"keras", "tensorflow", "tensorflow-cpu"}
_USUAL_SCHEMA = "outputs/schema.json"


def notes_on(draft: Draft, wheels: Sequence[LockedWheel], provided: set[str]) -> Iterator[str]:
    """Yield a sentence for each thing that may be other than it was meant.

    Args:
        draft: The manifest.
        wheels: What is installed.
        provided: Top-level names of the packages in the wheels.
    """
    for path in draft.hidden:
        yield f"{path} is left out: the model lies there"
    for path in sorted(draft.imported.optional - set(draft.files)):
        importer = draft.imported.local[path]
        yield f"{importer} may import {path}, which was not given: add -d {path} if it is needed"
    yield from _unknown_packages(draft, provided)
    yield from _keras(draft, wheels)
    if draft.schema is None and (draft.files[draft.driver].parent / _USUAL_SCHEMA).is_file():
        yield f"{_USUAL_SCHEMA} is there, but was not named with -s: bodies go to run() as they are"


def _unknown_packages(draft: Draft, provided: set[str]) -> Iterator[str]:
    unknown = [name for name in draft.imported.packages if name not in provided]
    if not unknown:
        return
    installed = packages_distributions()
    where = draft.needs.file or "a file named with -p"
    for name in unknown:
        packages = sorted(set(installed.get(name, [])))
        what = f"add {packages[0]} to {where}" if packages else f"name its package in {where}"
        yield (
            f"{draft.imported.packages[name]} imports {name}, which none of the packages brings: "
            f"{what}"
        )


def _keras(draft: Draft, wheels: Sequence[LockedWheel]) -> Iterator[str]:
    brought = any(wheel.name in _WITH_KERAS for wheel in wheels)
    models = [place for place in draft.places if is_keras(place)]
    where = draft.needs.file or "a dependency file"
    if models and not brought:
        yield (
            f"{models[0]} is a Keras model, and nothing brings Keras: "
            f"add facewright[train] to {where}"
        )
    if draft.places and not models and brought:
        yield (
            f"{where} brings Keras and TensorFlow, which {draft.places[0]} does not need: "
            f"-c {SERVING_FILE} makes a smaller image"
        )
