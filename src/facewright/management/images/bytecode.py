"""Compiled code of what a service imports when it starts, since its file system is read-only.

Without it every container compiles hundreds of modules anew. The same sources make the same bytes
(PEP 552, unchecked hashes; marshal's version 2, which does not tell how often an object is shared),
as long as Python's minor version is the same.
"""

import importlib.util
import marshal
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from modulefinder import ModuleFinder
from pathlib import PurePosixPath
from types import CodeType
from typing import Any

from facewright.containers.oci.layer import Entry

# What the server imports only once it knows what to serve, which no statement of its own says.
_ROOTS = (
    "facewright.__main__",
    "facewright.cli.score",
    "facewright.serving",
    "facewright.scoring",
    "facewright.recognizer",
    "facewright.faces.alignments",
    "facewright.faces.detectors",
    "uvicorn.loops",
    "uvicorn.lifespan",
    "uvicorn.protocols.http",
)
# Their functions import, too.
_LAZY = (
    "facewright.__main__",
    "facewright.cli.score",
    "facewright.serving",
    "facewright.recognizer",
    "facewright.faces",
    "facewright.embedders",
)
_TYPES_ONLY = re.compile(rb"^(\s*)if (?:typing\.)?TYPE_CHECKING:", re.MULTILINE)
_UNCHECKED = 0b01
_LARGEST = 4 << 20
_OF_FUNCTION = 0x0001  # inspect.CO_OPTIMIZED
_Import = tuple[str, tuple[Any, ...]]


def can_compile(python: str) -> bool:
    """Return whether this Python's code runs in images with Python `python`, such as ``3.11``."""
    return python == f"{sys.version_info.major}.{sys.version_info.minor}"


def compiled(files: Iterable[Entry], folder: str) -> Iterator[Entry]:
    """Yield the compiled code of the modules that a service imports.

    Args:
        files: Of all wheels, at their paths in the image.
        folder: The one on ``sys.path``.
    """
    modules = _modules(files, folder)
    waiting = [name for name in modules if _is_below(name, _ROOTS)]
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        with modules[name].open() as file:
            source = file.read()
        code = _code(source, modules[name].path)
        if code is None:
            continue
        found = _imported(source, code, name, modules) - seen
        seen |= found
        waiting += found
        yield _entry(modules[name].path, code, source)


def _modules(files: Iterable[Entry], folder: str) -> dict[str, Entry]:
    found = {}
    for entry in files:
        path = PurePosixPath(entry.path)
        if path.suffix == ".py" and entry.size < _LARGEST:
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = entry
    return found


def _is_below(name: str, places: Iterable[str]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def _code(source: bytes, path: str) -> CodeType | None:
    try:
        return compile(source, f"/{path}", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # a file for another Python, which nothing imports


def _entry(path: str, code: CodeType, source: bytes) -> Entry:
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED.to_bytes(4, "little")
    data = header + importlib.util.source_hash(source) + marshal.dumps(code, 2)
    return Entry.of_bytes(importlib.util.cache_from_source(path, optimization=""), data)


def _imported(source: bytes, code: CodeType, name: str, modules: dict[str, Entry]) -> set[str]:
    """Return the modules that one imports when it runs."""
    running, path = code, modules[name].path
    if _TYPES_ONLY.search(source):  # never so at run time; the compiler leaves such a block out
        running = _code(_TYPES_ONLY.sub(rb"\1if 0:", source), path) or code
    package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
    lazy = _is_below(name, _LAZY)
    return {
        found
        for each in _running(running, lazy)
        for kind, said in ModuleFinder().scan_opcodes(each)
        for found in _named(kind, said, package, modules)
    }


def _running(code: CodeType, lazy: bool) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and (lazy or not constant.co_flags & _OF_FUNCTION):
            yield from _running(constant, lazy)


def _named(
    kind: str, said: tuple[Any, ...], package: str, modules: Collection[str]
) -> Iterator[str]:
    if kind == "store":
        return
    level, names, base = said if kind == "relative_import" else (0, *said)
    if level:
        above = package.split(".")
        base = ".".join([*above[: len(above) - level + 1], *([base] if base else [])])
    parts = base.split(".")
    wanted = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    wanted += [f"{base}.{name}" for name in names or ()]
    yield from (name for name in wanted if name in modules)
