"""Where the models of a manifest lie in its image, so that the script's own paths lead to them.

A model lies where the script looks for it: at the relative path that the script writes out and that
ends in the model's own file name. Where the script writes none, or several, it lies where it lay
when it was registered, such as ``outputs/my_model.onnx``.
"""

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from facewright.errors import ManagementError

_JOINING = {"Path", "PurePath", "PosixPath", "PurePosixPath", "join", "joinpath"}


def find_places(tree: ast.Module, models: Sequence[tuple[str, str]]) -> list[str]:
    """Return the place of each model in the image.

    Args:
        tree: Of the scoring script.
        models: For each what it is called, for messages, and where it lay, relative.

    Raises:
        ManagementError: Two would lie at one place, or one inside another.
    """
    written = set(written_paths(tree))
    places: list[str] = []
    for known_as, lay in models:
        place = _place(written, lay)
        for (other, _), taken in zip(models, places, strict=False):
            if _overlap(taken, place):
                raise ManagementError(
                    f"two models would lie at one place, {place}: {other} and {known_as}",
                    hint="name each once, or register one of them from another folder",
                )
        places.append(place)
    return places


def written_paths(tree: ast.Module) -> Iterator[str]:
    """Yield the relative paths that a script writes out, in one string or joined of several.

    ``"outputs/m.onnx"``, ``Path("outputs") / "m.onnx"``, ``os.path.join("outputs", "m.onnx")`` and
    ``Path(__file__).parent / "outputs" / "m.onnx"`` are all ``outputs/m.onnx``.
    """
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if node in inside or not isinstance(
            node, ast.Constant | ast.BinOp | ast.Call | ast.JoinedStr
        ):
            continue
        text = _joined(node)
        if text is not None or _joins(node):
            # Parts of a path say nothing of their own, also where the whole is not known.
            inside.update(ast.walk(node))
        if text is not None and _is_relative(text):
            yield PurePosixPath(text).as_posix()


def _place(written: set[str], lay: str) -> str:
    fitting = {path for path in written if PurePosixPath(path).name == PurePosixPath(lay).name}
    return fitting.pop() if len(fitting) == 1 else lay


def _overlap(one: str, other: str) -> bool:
    first, second = PurePosixPath(one), PurePosixPath(other)
    return first.is_relative_to(second) or second.is_relative_to(first)


def _is_relative(text: str) -> bool:
    path = PurePosixPath(text)
    plain = text.isprintable() and "\\" not in text and ":" not in text and len(text) < 1000
    return plain and bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _joined(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _path(_head(left), _joined(right))
        case ast.Call(func=ast.Attribute(value=left, attr="joinpath"), args=parts):
            return _path(_head(left), *map(_joined, parts))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[_, *_] as parts):
            return _path(*map(_joined, parts)) if name in _JOINING else None
    return None


def _joins(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Div()) | ast.JoinedStr():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _JOINING
    return False


def _head(node: ast.AST) -> str | None:
    """Return the path before others; the script's own folder is where the service runs."""
    of_script = any(isinstance(each, ast.Name) and each.id == "__file__" for each in ast.walk(node))
    return _joined(node) or ("" if of_script else None)


def _path(*parts: str | None) -> str | None:
    known = [part for part in parts if part is not None]
    return str(PurePosixPath(*known)) if len(known) == len(parts) else None
