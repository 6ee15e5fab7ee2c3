"""The photos of known people and of strangers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from facewright.classifier.labels import UNKNOWN
from facewright.errors import EvaluationError

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}


@dataclass(frozen=True)
class Probe:
    """One photo and who it shows.

    Attributes:
        path: The file.
        person: A label of the model, or None for a stranger.
        name: The path below the folder that was given, for reports.
    """

    path: Path
    person: str | None
    name: str


def list_known(folder: Path, people: Collection[str]) -> list[Probe]:
    """List the photos of known people, in the order of their names.

    Hidden files and files without a photo's suffix are passed over, and so is a folder `unknown`,
    since nobody in it is known.

    Args:
        folder: Holds a folder for each person, named as the model's labels.
        people: The model's labels.

    Raises:
        EvaluationError: The folder is missing, holds no photos, or a folder is nobody's.
    """
    _check_folder(folder)
    places = sorted(each for each in _visible(folder.iterdir()) if each.is_dir())
    strangers = [place.name for place in places if place.name not in {*people, UNKNOWN}]
    if strangers:
        raise EvaluationError(
            f"the model does not know everybody in {folder}: expected folders named "
            f"{_some(people)}, received {_some(strangers)}",
            "rename the folders as the model's labels, or move strangers to the --strangers folder",
        )
    return _some_photos(folder, [place for place in places if place.name != UNKNOWN], "<person>/")


def list_strangers(folder: Path) -> list[Probe]:
    """List the photos of strangers, in folders of any depth.

    Raises:
        EvaluationError: The folder is missing or holds no photos.
    """
    _check_folder(folder)
    return _some_photos(folder, None, "")


def _some_photos(folder: Path, places: list[Path] | None, shown: str) -> list[Probe]:
    found = [
        Probe(path, place.name if places is not None else None, path.relative_to(folder).as_posix())
        for place in (places if places is not None else [folder])
        for path in sorted(place.rglob("*"))
        if _is_photo(path.relative_to(folder)) and path.is_file()
    ]
    if not found:
        raise EvaluationError(
            f"no photos: expected {folder}/{shown}*.jpg, found none",
            "put photos into the folder, or name another one",
        )
    return found


def _is_photo(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in _SUFFIXES and not hidden


def _visible(paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if not path.name.startswith(".")]


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise EvaluationError(
            f"no folder of photos: {folder} does not exist", "give a folder of photos"
        )


def _some(names: Collection[str]) -> str:
    shown = ", ".join(repr(name) for name in list(names)[:5]) or "none"
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
