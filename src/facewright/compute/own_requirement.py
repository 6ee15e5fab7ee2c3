"""Requirements that name Facewright itself, which may be on no index."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facewright.compute.dependencies import Dependencies
from facewright.system.own_wheel import write_own_wheel

# A requirement with an address of its own, `facewright @ https://…`, is left to pip.
_OWN = re.compile(r"facewright\s*(\[[^\]]*\])?\s*(?:[<>=!~;(].*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """An environment as a machine is asked to build it.

    Attributes:
        key: Hexadecimal; other packages, other code of Facewright, or another Python change it.
        requirements: Lines for pip.
        own: Facewright with extras, such as ``facewright[train]``, to be answered by `wheel`.
        wheel: A wheel of the running Facewright, None when nothing asks for it.
    """

    key: str
    requirements: tuple[str, ...]
    own: tuple[str, ...]
    wheel: Path | None


@contextmanager
def wanted_environment(dependencies: Dependencies) -> Iterator[Wanted]:
    """Yield what to build; its wheel is there as long as the block.

    Raises:
        DependenciesError: The running Facewright cannot be packed.
    """
    others = tuple(line for line in dependencies.requirements if not _OWN.fullmatch(line))
    named = [match for line in dependencies.requirements if (match := _OWN.fullmatch(line))]
    own = tuple(f"facewright{match[1] or ''}" for match in named)
    with tempfile.TemporaryDirectory(prefix="facewright-wheel-") as folder:
        wheel = write_own_wheel(Path(folder)) if own else None
        yield Wanted(_key(dependencies, wheel), others, own, wheel)


def _key(dependencies: Dependencies, wheel: Path | None) -> str:
    # The wheel's name tells its code apart.
    text = f"{dependencies.digest}\n{wheel.name if wheel else ''}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
