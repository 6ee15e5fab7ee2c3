"""A folder of people's folders, as it lies on the disk."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from facewright.classifier.labels import UNKNOWN
from facewright.errors import PhotosError

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}


@dataclass(frozen=True, order=True)
class Photo:
    """One file of a person's folder.

    Attributes:
        person: Name of the folder: a person, or `unknown`.
        path: The file.
    """

    person: str
    path: Path

    @property
    def name(self) -> str:
        """Path within the folder of people, such as ``ada/1.jpg``."""
        return f"{self.person}/{self.path.name}"


@dataclass(frozen=True)
class Listing:
    """What lies in the folder.

    Attributes:
        folder: The folder of people's folders.
        people: Names of the folders, in their order; empty ones and `unknown` too.
        photos: Their photos, in order.
        passed_over: Files that training will not look at, such as ``ada/1.heic``.
    """

    folder: Path
    people: tuple[str, ...]
    photos: tuple[Photo, ...]
    passed_over: tuple[Photo, ...]


def list_folder(folder: Path) -> Listing:
    """List the photos of every person; nothing is opened.

    Hidden files are left out, as training leaves them out.

    Raises:
        PhotosError: The folder is missing, or there is no photo in it.
    """
    _check_folder(folder)
    people = sorted(path for path in _visible(folder) if path.is_dir())
    files = [Photo(person.name, path) for person in people for path in sorted(_visible(person))]
    photos = tuple(file for file in files if _is_photo(file.path))
    if not photos:
        raise PhotosError(
            f"no photos: expected {folder}/<person>/*.jpg, found none",
            hint="make one folder for each person, named as the person, and put photos into it",
        )
    others = tuple(file for file in files if file not in set(photos))
    return Listing(folder, tuple(person.name for person in people), photos, others)


def is_known(person: str) -> bool:
    """Return whether a folder's name is a person's, and not `unknown`."""
    return person != UNKNOWN


def _is_photo(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _SUFFIXES


def _visible(folder: Path) -> Iterable[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def _check_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    found = "a file" if folder.exists() else "nothing"
    raise PhotosError(
        f"no folder of photos: expected a folder at {folder}, found {found}",
        hint="name the folder that holds one folder of photos for each person",
    )
