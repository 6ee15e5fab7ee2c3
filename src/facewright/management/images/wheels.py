"""The wheels of an image: those that its manifest locked, for every platform it was asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from facewright.containers.oci.descriptor import Platform
from facewright.database.database import Database
from facewright.database.tables.management import ManifestRow
from facewright.errors import DependenciesError, ImageError
from facewright.management.manifests.dependencies import running_python
from facewright.management.manifests.lock import (
    FIRST_PLATFORM,
    LockedWheel,
    Locks,
    lock_column,
    wheels_in,
)
from facewright.management.models.files import ModelFiles
from facewright.management.records import Manifest

Hear = Callable[[str], None]
_MACHINES = ("amd64", "arm64")


@dataclass(frozen=True)
class Wheel:
    """A wheel on this machine.

    Attributes:
        file: Its name, which says package, version and tags.
        digest: ``sha256:…``.
        path: Where it is; the name there is another.
    """

    file: str
    digest: str
    path: Path

    @property
    def name(self) -> str:
        """Return the package, as it is called in file names."""
        return self.file.split("-")[0].lower()

    @property
    def version(self) -> str:
        """Return its version."""
        return self.file.split("-")[1]


class Wheels:
    """Where wheels are on this machine.

    Args:
        database: Remembers what manifests locked.
        files: Holds it, by digest.
        cache: Folder for what is looked up.
    """

    def __init__(self, database: Database, files: ModelFiles, cache: Path) -> None:
        self._database = database
        self._files = files
        self._locks = Locks(files, cache)

    def of(self, manifest: Manifest, platform: Platform, python: str, hear: Hear) -> list[Wheel]:
        """Return the wheels that a manifest needs; for another platform they are locked now.

        Raises:
            ImageError: No images are made for the platform.
            DependenciesError: A wheel is missing, or none fits the Python.
        """
        if platform.os != "linux" or platform.architecture not in _MACHINES:
            raise ImageError(
                f"no images can be made for {platform}: expected linux/amd64 or linux/arm64",
                hint="name one of these with --platform",
            )
        stated = python_of(manifest)
        if stated != python:
            raise DependenciesError(
                f"the manifest is locked for Python {stated}, the image has Python {python}",
                hint=f"name a base image with Python {stated}, or create the manifest again with "
                f"`python={python}` in its dependencies",
            )
        name = f"{platform.os}/{platform.architecture}"
        locked = wheels_in(manifest.lock, name) or self._lock(manifest, name, python, hear)
        return [Wheel(each.file, each.digest, self._path(each)) for each in locked]

    def _lock(
        self, manifest: Manifest, platform: str, python: str, hear: Hear
    ) -> tuple[LockedWheel, ...]:
        lines = tuple(manifest.requirements.get("lines") or ())
        first = wheels_in(manifest.lock, FIRST_PLATFORM)
        if first is None:
            made = self._locks.make(lines, python, platform, hear)
        else:
            made = self._locks.make_alike(first, lines, python, platform, hear)
        with self._database.write() as session:
            row = session.get(ManifestRow, manifest.id)
            if row is None:
                return made
            # Whoever locked first decides, so that all images of a manifest hold the same.
            row.lock = {**lock_column(platform, made), **row.lock}
            return wheels_in(row.lock, platform) or made

    def _path(self, wheel: LockedWheel) -> Path:
        if not self._files.has(wheel.digest):
            raise DependenciesError(
                f"a wheel that the manifest locked is missing: {wheel.file} ({wheel.digest})",
                hint="create the manifest again, which brings it back",
            )
        return self._files.path(wheel.digest)


def python_of(manifest: Manifest) -> str:
    """Return the Python that a manifest is locked for, such as ``3.11``."""
    return str(manifest.requirements.get("python") or running_python())
