"""Folders of photos: the folder's name is the label."""

from dataclasses import dataclass
from pathlib import Path

from facewright.classifier.labels import UNKNOWN
from facewright.errors import TrainingError

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}


@dataclass(frozen=True)
class LabelledPhoto:
    """One file of a person's folder.

    Attributes:
        path: The file.
        label: Name of its folder: a person, or `unknown`.
    """

    path: Path
    label: str


def list_photos(folder: Path) -> list[LabelledPhoto]:
    """List the photos of every person, in the order of their names.

    Hidden files and files without a photo's suffix are passed over; nothing is opened.

    Args:
        folder: Holds a folder for each person, and `unknown` for other people if there is one.

    Raises:
        TrainingError: The folder is missing or holds no photos, or those of one label only.
    """
    _check_folder(folder)
    photos = [
        LabelledPhoto(path, person.name)
        for person in sorted(_visible(folder))
        if person.is_dir()
        for path in sorted(_visible(person))
        if path.is_file() and path.suffix.lower() in _SUFFIXES
    ]
    _check_labels(folder, {photo.label for photo in photos})
    return photos


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise TrainingError(
            f"no folder of photos: {folder} does not exist",
            hint="make it, with one folder of photos for each person",
        )


def _check_labels(folder: Path, labels: set[str]) -> None:
    if not labels:
        raise TrainingError(
            f"no photos: expected {folder}/<person>/*.jpg, found none",
            hint="make one folder for each person, named as the person, and put photos into it",
        )
    if len(labels) == 1:
        raise TrainingError(
            f"one person only: expected photos of two people or more in {folder}, "
            f"found only {next(iter(labels))!r}",
            hint=f"add another person, or a folder {UNKNOWN!r} with photos of other people",
        )
