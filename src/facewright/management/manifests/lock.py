"""Locks: the wheels that a manifest's packages come to, by name, version and digest.

They are looked up once, when the manifest is made, and kept with it. Another platform gets the same
versions.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from facewright.containers.engine import Hear
from facewright.containers.platform import Platform
from facewright.containers.wheels import resolve_wheels
from facewright.errors import ManagementError
from facewright.management.models.files import ModelFiles
from facewright.system.own_wheel import write_own_wheel

FIRST_PLATFORM = "linux/amd64"
OWN = "facewright"

_PLATFORM = re.compile(r"linux/(amd64|arm64)(/v8)?")


@dataclass(frozen=True)
class LockedWheel:
    """A wheel whose bytes are kept.

    Attributes:
        name: Of the package, in lower case with dashes.
        version: As ``2.3.1``.
        file: Name of the wheel's file, which says what it fits.
        digest: ``sha256:…``; names its bytes in the store.
        size: In bytes.
    """

    name: str
    version: str
    file: str
    digest: str
    size: int


class Locks:
    """Looks up packages and keeps their wheels.

    Args:
        files: Where wheels are kept.
        cache: Folder for what is looked up.
    """

    def __init__(self, files: ModelFiles, cache: Path) -> None:
        self._files = files
        self._cache = cache

    def make(
        self, lines: Sequence[str], python: str, platform: str, hear: Hear
    ) -> tuple[LockedWheel, ...]:
        """Look up what the requirements come to, and keep the wheels.

        Args:
            lines: As in a requirements.txt.
            python: As ``3.11``.
            platform: As ``linux/amd64``.
            hear: Hears what pip says.

        Raises:
            DependenciesError: There is no wheel of something, or no index answers.
            ManagementError: The platform is not known, or the wheels cannot be kept.
        """
        found = resolve_wheels(
            lines, python=python, platform=platform_of(platform), folder=self._cache, hear=hear
        )
        return tuple(self._kept(wheel) for wheel in found)

    def make_alike(
        self,
        locked: Sequence[LockedWheel],
        lines: Sequence[str],
        python: str,
        platform: str,
        hear: Hear,
    ) -> tuple[LockedWheel, ...]:
        """Look up the same versions for another platform, and keep the wheels.

        Args:
            locked: For the platform that was looked up first.
            lines: The requirements that it was made of.
            python: As ``3.11``.
            platform: As ``linux/arm64``.
            hear: Hears what pip says.

        Raises:
            DependenciesError: A version has no wheel there.
            ManagementError: Facewright is another than the one that was locked.
        """
        ours = next((wheel for wheel in locked if wheel.name == OWN), None)
        if ours is not None:
            self._check_own(ours)
        found = self.make(lines, python, platform, hear)
        versions = {wheel.name: wheel.version for wheel in locked if wheel.name != OWN}
        if any(versions.get(each.name, each.version) != each.version for each in found):
            # A package that only this platform needs has no version to keep.
            names = [each.name for each in found if each.name in versions]
            pinned = [f"{name}=={versions[name]}" for name in names]
            found = self.make([*lines, *pinned], python, platform, hear)
        return found if ours is None else _with_own(found, ours)

    def renewed(self, locked: Sequence[LockedWheel]) -> tuple[LockedWheel, ...] | None:
        """Return a lock with the Facewright that runs in the place of an older one.

        Returns:
            The wheels; None where some are gone, or where Facewright asks for other packages now.
        """
        ours = next((wheel for wheel in locked if wheel.name == OWN), None)
        if ours is None or not all(self._files.has(wheel.digest) for wheel in locked):
            return None
        with _own_wheel() as wheel:
            if _asks_for(wheel) != _asks_for(self._files.path(ours.digest)):
                return None
            return _with_own(locked, self._kept(wheel))

    def top_level_names(self, wheels: Iterable[LockedWheel]) -> set[str]:
        """Return what can be imported when the wheels are installed, such as ``cv2``."""
        return {name for wheel in wheels for name in self._names_in(wheel)}

    def _names_in(self, wheel: LockedWheel) -> set[str]:
        with zipfile.ZipFile(self._files.path(wheel.digest)) as archive:
            return {_top_level(name) for name in archive.namelist()}

    def _kept(self, wheel: Path) -> LockedWheel:
        stored = self._files.keep(wheel, wheel.name, lambda _: None)
        name, version = wheel.name.split("-")[:2]
        plain = re.sub(r"[-_.]+", "-", name).lower()
        return LockedWheel(plain, version, stored.path, stored.digest, stored.size)

    def _check_own(self, ours: LockedWheel) -> None:
        with _own_wheel() as wheel:
            if _asks_for(wheel) == _asks_for(self._files.path(ours.digest)):
                return
        raise ManagementError(
            "the manifest was made with a Facewright that asks for other packages: expected "
            f"version {ours.version}, this is another",
            hint="create the manifest again with this one, or use the one it was made with",
        )


def platform_of(name: str) -> Platform:
    """Return a platform by its name in images.

    Raises:
        ManagementError: It is not known.
    """
    match = _PLATFORM.fullmatch(name)
    if match is None:
        raise ManagementError(
            f"not a platform: expected linux/amd64 or linux/arm64, received {name[:70]!r}"
        )
    return Platform(match[1])


def wheels_in(lock: Mapping[str, Any], platform: str) -> tuple[LockedWheel, ...] | None:
    """Return the wheels that a manifest's lock has for a platform, or None."""
    wheels = lock.get(platform)
    return None if wheels is None else tuple(LockedWheel(**wheel) for wheel in wheels)


def lock_column(platform: str, wheels: Iterable[LockedWheel]) -> dict[str, Any]:
    """Return a lock as it is kept."""
    return {platform: [asdict(wheel) for wheel in wheels]}


def _top_level(path: str) -> str:
    first, slash, rest = path.partition("/")
    if first.endswith(".data"):
        return rest.partition("/")[2].partition("/")[0]
    return first if slash else first.partition(".")[0]


@contextmanager
def _own_wheel() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="facewright-wheel-") as folder:
        yield write_own_wheel(Path(folder))


def _with_own(wheels: Iterable[LockedWheel], ours: LockedWheel) -> tuple[LockedWheel, ...]:
    return tuple(ours if wheel.name == OWN else wheel for wheel in wheels)


def _asks_for(wheel: Path) -> list[str]:
    """Return what a wheel says about the packages it needs."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        lines = archive.read(names[0]).decode().partition("\n\n")[0].splitlines()
    return sorted(line for line in lines if line.startswith(("Requires-", "Provides-Extra:")))
