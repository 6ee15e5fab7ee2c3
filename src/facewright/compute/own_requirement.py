"""Requirements that name Facewright itself, which may be on no index and changes from day to day.

An environment holds what Facewright needs, and counts as another one when that changes. The code
itself goes with each job: a job runs the code that submitted it, whatever its environment was
built with, and jobs that are going on keep theirs.
"""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facewright.compute.dependencies import Dependencies
from facewright.system.own_wheel import write_own_wheel

# A requirement with an address of its own, `facewright @ https://…`, is left to pip.
_OWN = re.compile(r"facewright\s*(\[[^\]]*\])?\s*(?:[<>=!~;(].*)?", re.IGNORECASE)
_NEEDS = ("Requires-Dist:", "Requires-Python:")


@dataclass(frozen=True)
class Wanted:
    """An environment as a machine is asked to build it.

    Attributes:
        key: Hexadecimal; other packages or another Python change it, other code of Facewright
            only when it needs others.
        requirements: Lines for pip.
        own: Facewright with extras, such as ``facewright[train]``, to be answered by `wheel`.
        wheel: A wheel of the running Facewright, None when nothing asks for it.
    """

    key: str
    requirements: tuple[str, ...]
    own: tuple[str, ...]
    wheel: Path | None

    def code(self) -> Path | None:
        """Return a folder with what is in the wheel, laid out as in an environment."""
        if self.wheel is None:
            return None
        folder = self.wheel.with_name("code")
        with zipfile.ZipFile(self.wheel) as archive:
            archive.extractall(folder)
        return folder


@contextmanager
def wanted_environment(dependencies: Dependencies) -> Iterator[Wanted]:
    """Yield what to build; its wheel and code are there as long as the block.

    Raises:
        DependenciesError: The running Facewright cannot be packed.
    """
    named = [match for line in dependencies.requirements if (match := _OWN.fullmatch(line))]
    others = tuple(line for line in dependencies.requirements if not _OWN.fullmatch(line))
    own = tuple(f"facewright{match[1] or ''}" for match in named)
    with tempfile.TemporaryDirectory(prefix="facewright-wheel-") as folder:
        wheel = write_own_wheel(Path(folder)) if own else None
        key = _key(dependencies, needs_of(wheel) if wheel else ())
        yield Wanted(key, others, own, wheel)


def needs_of(wheel: Path) -> tuple[str, ...]:
    """Return the lines of a wheel's metadata that say what it needs."""
    with zipfile.ZipFile(wheel) as archive:
        place = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(place).decode().partition("\n\n")[0].splitlines()
    return tuple(line for line in lines if line.startswith(_NEEDS))


def _key(dependencies: Dependencies, needs: tuple[str, ...]) -> str:
    text = "\n".join([dependencies.digest, *needs])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
