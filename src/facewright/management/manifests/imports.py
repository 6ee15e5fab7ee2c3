"""What Python files import, found without running them: modules beside them, and packages.

A module beside the script comes before a package of the same name, as when Python looks.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from facewright.errors import ManagementError
from facewright.management.manifests.script import parse_python

_LARGEST = 4_000_000
_MOST_FILES = 2_000
_IMPORTERS = {"import_module", "__import__"}
_MISSING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


@dataclass(frozen=True)
class Import:
    """One import.

    Attributes:
        module: Dotted name; of ``from a import b`` it is ``a``, and `names` holds ``b``.
        names: What is taken out of it: modules or anything else.
        optional: Whether its failure is dealt with, or it is not reached in a service.
    """

    module: str
    names: tuple[str, ...] = ()
    optional: bool = False


@dataclass
class Imported:
    """What some files import, and what those import in turn.

    Attributes:
        local: Files below the folder that are imported, each with a file that imports it.
        optional: Those of them that are only imported where a failure is dealt with.
        packages: Top-level names of what is neither local nor of Python, each with an importer.
    """

    local: dict[str, str] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    packages: dict[str, str] = field(default_factory=dict)


def find_imports(folder: Path, files: Iterable[str]) -> Imported:
    """Follow the imports of files through all local modules, whether these were named or not.

    Args:
        folder: Holds the scoring script; is on Python's path.
        files: Paths of Python files below it; others are passed over.

    Raises:
        ManagementError: A file is not Python, or there are too many.
    """
    found = Imported()
    waiting = [path for path in files if path.endswith(".py")]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        if len(seen) > _MOST_FILES:
            raise ManagementError(f"too many modules: expected at most {_MOST_FILES} in {folder}")
        for each in _imports_of(folder, path):
            waiting += _take(found, folder, path, each)
    return found


def _take(found: Imported, folder: Path, importer: str, each: Import) -> list[str]:
    """Note an import; return the files that it leads to."""
    top = each.module.partition(".")[0]
    local = [] if top in sys.builtin_module_names else list(_local_files(folder, each))
    if not local:
        if not each.optional and top and top not in sys.stdlib_module_names:
            found.packages.setdefault(top, importer)
        return []
    for path in local:
        if not each.optional:
            found.optional.discard(path)
        elif path not in found.local:
            found.optional.add(path)
        found.local.setdefault(path, importer)
    return local


def _local_files(folder: Path, each: Import) -> Iterator[str]:
    """Yield the files that an import loads, those of the packages above it among them."""
    parts = each.module.split(".")
    if not all(part.isidentifier() for part in parts):
        return
    for length in range(1, len(parts) + 1):
        yield from _module_file(folder, "/".join(parts[:length]))
    for name in each.names:
        yield from _module_file(folder, f"{'/'.join(parts)}/{name}")


def _module_file(folder: Path, path: str) -> Iterator[str]:
    for candidate in (f"{path}/__init__.py", f"{path}.py"):
        if (folder / candidate).is_file():
            yield candidate
            return


def _imports_of(folder: Path, path: str) -> list[Import]:
    file = folder / path
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise ManagementError(f"a module cannot be read: {path}: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise ManagementError(f"a module is too large: expected at most {_LARGEST} bytes: {path}")
    try:
        return list(_walk(parse_python(data, path), path.split("/")[:-1], optional=False))
    except RecursionError:
        raise ManagementError(f"{path} is nested too deeply to be read") from None


def _walk(node: ast.AST, package: list[str], *, optional: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        yield from _from_statement(child, package, optional)
        if isinstance(child, ast.If) and _is_for_types(child.test):
            yield from _each(child.orelse, package, optional)
        elif isinstance(child, ast.If) and _is_main(child.test):
            yield from _each(child.body, package, True)
            yield from _each(child.orelse, package, optional)
        elif isinstance(child, ast.Try) and any(map(_expects_failure, child.handlers)):
            yield from _each(child.body, package, True)
            others = [*child.handlers, *child.orelse, *child.finalbody]
            yield from _each(others, package, True)
        else:
            yield from _walk(child, package, optional=optional)


def _each(nodes: Iterable[ast.AST], package: list[str], optional: bool) -> Iterator[Import]:
    yield from _walk(ast.Module(list(nodes), []), package, optional=optional)  # type: ignore[arg-type]


def _from_statement(node: ast.AST, package: list[str], optional: bool) -> Iterator[Import]:
    match node:
        case ast.Import(names=names):
            yield from (Import(alias.name, (), optional) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            base = _absolute(module or "", level, package)
            if base is not None:
                yield from _from(base, tuple(alias.name for alias in names), optional)
        case ast.Call(func=function, args=[ast.Constant(value=str(text)), *rest]):
            if _is_importer(function) and not rest and not text.startswith("."):
                yield Import(text, (), optional)


def _from(base: str, names: tuple[str, ...], optional: bool) -> Iterator[Import]:
    if base:
        yield Import(base, names, optional)
    else:  # `from . import b` at the top of the folder
        yield from (Import(name, (), optional) for name in names)


def _absolute(module: str, level: int, package: list[str]) -> str | None:
    """Return the dotted name of a relative import, or None when it leads out of the folder."""
    if level == 0:
        return module
    if level > len(package):
        return None
    above = package[: len(package) - level + 1]
    return ".".join([*above, *([module] if module else [])])


def _is_importer(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _IMPORTERS


def _is_for_types(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in {getattr(test, "id", None), getattr(test, "attr", None)}


def _is_main(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), comparators=[ast.Constant("__main__")]):
            return True
    return False


def _expects_failure(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    several = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(getattr(each, "id", "") in _MISSING for each in several)
