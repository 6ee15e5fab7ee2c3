"""A numeric array out of a pickle, without unpickling.

Clients of the original project send the chip as a pickled float array. Unpickling runs whatever
the sender likes, so this file reads the opcodes itself, with a stack machine that knows only what
numpy's own ndarray pickles use (protocols 0 to 5, numpy 1 and 2, Python 2 and 3). Names in the
pickle are compared with a list and never imported; nothing is ever called.
"""

import io
import math
import pickletools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.errors import HostilePickle, InputError

MAX_BYTES = 16 * 1024 * 1024

# numpy's own pickles of an array take 40 to 70 operations.
_MAX_OPERATIONS = 256
_MAX_DIMENSIONS = 8
_DTYPES = frozenset(["f2", "f4", "f8", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8"])
_ENCODE = "_codecs.encode"
_RECONSTRUCT = frozenset(
    ["numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"]
)
_FROM_BUFFER = frozenset(["numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"])
_GLOBALS = _RECONSTRUCT | _FROM_BUFFER | {_ENCODE, "numpy.ndarray", "numpy.dtype"}
_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
_HINT = "send the photo itself (JPEG or PNG) or an .npy array, base64-encoded"
# What Python 2's repr writes between the quotes.
_PYTHON2_STRING = re.compile(rb"""(?:[\x20-\x5b\x5d-\x7e]|\\(?:[\\'"nrt]|x[0-9a-f]{2}))*""")


def numeric_array_from_pickle(data: bytes, *, max_bytes: int = MAX_BYTES) -> NDArray[Any]:
    """Return the numeric array that `data` pickles.

    Args:
        data: A pickle made by ``ndarray.dumps()`` or ``pickle.dumps(ndarray)``.
        max_bytes: Longer data is refused unread.

    Returns:
        A writable array of its own, C order, native byte order, at least one value; floats of
        16, 32 or 64 bits or integers of 8 to 64.

    Raises:
        HostilePickle: The pickle asks for anything else.
        InputError: The data is too long, cut short, or no pickle at all.
    """
    if len(data) > max_bytes:
        raise InputError(
            f"input_bytes is a pickle of {len(data):,} bytes; at most {max_bytes:,} are read",
            hint=_HINT,
        )
    machine = _Machine(max_bytes)
    for name, argument in _operations(data):
        machine.step(name, argument)
    return _array(machine.result())


def _operations(data: bytes) -> Iterator[tuple[str, Any]]:
    """Yield each opcode's name and argument, as `pickletools.genops`, up to STOP.

    An opcode outside the list is refused before its argument is read. Python 2's STRING is read
    here because pickletools reads only ASCII in it.
    """
    stream = io.BytesIO(data)
    for _ in range(_MAX_OPERATIONS):
        code = stream.read(1)
        opcode = _OPCODES.get(code)
        if opcode is None:
            what = f"byte {code!r} at {stream.tell() - 1}" if code else "its end before STOP"
            raise _damaged(f"the reader met {what}")
        if opcode.name not in _Machine.STEPS:
            raise _refused_opcode(opcode.name, stream)
        try:
            argument = _argument(opcode, stream)
        except (ValueError, OverflowError, MemoryError) as error:
            raise _damaged(f"{opcode.name} at {stream.tell()}: {error}") from error
        yield opcode.name, argument
        if opcode.name == "STOP":
            return
    raise _hostile(f"takes more than {_MAX_OPERATIONS} operations")


def _argument(opcode: pickletools.OpcodeInfo, stream: io.BytesIO) -> Any:
    if opcode.name == "STRING":
        return _python2_string(stream.readline())
    if opcode.arg is not None and opcode.arg.name.startswith("stringnl"):
        _refuse_escape(stream)
    return opcode.arg.reader(stream) if opcode.arg is not None else None


def _refuse_escape(stream: io.BytesIO) -> None:
    # No name of NumPy's has a backslash, and pickletools warns about some of them.
    start = stream.tell()
    if b"\\" in stream.readline() + stream.readline():
        raise ValueError("a backslash in a name")
    stream.seek(start)


def _python2_string(line: bytes) -> str:
    text = line.removesuffix(b"\n")
    quoted = len(text) >= 2 and text[:1] == text[-1:] and text[:1] in (b"'", b'"')
    if not quoted or not _PYTHON2_STRING.fullmatch(text, 1, len(text) - 1):
        raise ValueError("not a quoted string")
    return text[1:-1].decode("unicode_escape")


@dataclass(frozen=True)
class _Global:
    name: str


@dataclass
class _Dtype:
    code: str
    order: str = "|"


@dataclass
class _Array:
    """What the pickle says of the array; nothing is checked or built before the end."""

    shape: Any = None
    dtype: Any = None
    order: Any = "C"
    raw: Any = None
    axes: Any = None


_MARK = object()


class _Machine:
    """The stack machine of pickle, cut down to arrays."""

    STEPS: dict[str, Callable[["_Machine", Any], None]] = {}

    def __init__(self, max_bytes: int) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._spare = max_bytes

    def step(self, name: str, argument: Any) -> None:
        """Carry out one operation."""
        try:
            self.STEPS[name](self, argument)
        except (IndexError, KeyError) as error:
            raise _damaged(f"{name} asks for a value that is not there") from error

    def result(self) -> Any:
        """Return the one value left."""
        if len(self._stack) != 1:
            raise _damaged(f"{len(self._stack)} values are left where one belongs")
        return self._stack[0]

    def skip(self, _argument: Any) -> None:
        """PROTO, FRAME, STOP."""

    def push(self, argument: Any) -> None:
        """A number or a string."""
        self._stack.append(argument)

    def push_none(self, _argument: Any) -> None:
        self._stack.append(None)

    def push_true(self, _argument: Any) -> None:
        self._stack.append(True)

    def push_false(self, _argument: Any) -> None:
        self._stack.append(False)

    def mark(self, _argument: Any) -> None:
        self._stack.append(_MARK)

    def tuple_to_mark(self, _argument: Any) -> None:
        start = len(self._stack) - 1
        while self._stack[start] is not _MARK:
            start -= 1
            if start < 0:
                raise IndexError
        items = tuple(self._stack[start + 1 :])
        del self._stack[start:]
        self._stack.append(items)

    def tuple_of(self, count: int) -> None:
        if len(self._stack) < count:
            raise IndexError
        start = len(self._stack) - count
        items = tuple(self._stack[start:])
        del self._stack[start:]
        self._stack.append(items)

    def put(self, key: int) -> None:
        self._memo[key] = self._stack[-1]

    def memoize(self, _argument: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def get(self, key: int) -> None:
        self._stack.append(self._memo[key])

    def name(self, argument: str) -> None:
        self._stack.append(_global(argument.replace(" ", ".", 1)))

    def stack_name(self, _argument: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise _hostile("names a global by something other than text")
        self._stack.append(_global(f"{module}.{name}"))

    def reduce(self, _argument: Any) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        if not isinstance(function, _Global) or not isinstance(arguments, tuple):
            raise _hostile("calls something other than numpy's own array makers")
        self._stack.append(self._called(function.name, arguments))

    def _called(self, function: str, arguments: tuple[Any, ...]) -> Any:
        match function, arguments:
            case "numpy.dtype", (str(code), *_) if code in _DTYPES:
                return _Dtype(code)
            case "numpy.dtype", _:
                raise _hostile("asks for values that are not plain numbers")
            case "_codecs.encode", (str(text), "latin1"):
                return self._encoded(text)
            case name, (_Global("numpy.ndarray"), (0,), b"b" | "b") if name in _RECONSTRUCT:
                return _Array()
            case name, (raw, dtype, shape, order, *axes) if name in _FROM_BUFFER:
                return _Array(shape, dtype, order, raw, axes[0] if axes else None)
        raise _hostile(f"calls `{function}` in a way numpy does not")

    def _encoded(self, text: str) -> bytes:
        # A string in the memo can be encoded again and again: count what that makes.
        self._spare -= len(text)
        if self._spare < 0:
            raise _hostile("unfolds to more bytes than are read")
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError as error:
            raise _hostile("encodes text that is not bytes") from error

    def build(self, _argument: Any) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        match target, state:
            case _Dtype(), (3, str(order), None, None, None, -1, -1, 0):
                target.order = order
            case _Array(raw=None), (1, shape, dtype, bool(fortran) | int(fortran), raw):
                target.shape, target.dtype, target.raw = shape, dtype, raw
                target.order = "F" if fortran else "C"
            case _:
                raise _hostile("sets a state that no array of numbers has")


_Machine.STEPS |= {
    **dict.fromkeys(["PROTO", "FRAME", "STOP"], _Machine.skip),
    **dict.fromkeys(["INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1"], _Machine.push),
    **dict.fromkeys(["STRING", "BINSTRING", "SHORT_BINSTRING"], _Machine.push),
    **dict.fromkeys(["UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"], _Machine.push),
    **dict.fromkeys(["SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"], _Machine.push),
    "NONE": _Machine.push_none,
    "NEWTRUE": _Machine.push_true,
    "NEWFALSE": _Machine.push_false,
    "MARK": _Machine.mark,
    "TUPLE": _Machine.tuple_to_mark,
    "EMPTY_TUPLE": lambda machine, _: machine.tuple_of(0),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    **dict.fromkeys(["PUT", "BINPUT", "LONG_BINPUT"], _Machine.put),
    **dict.fromkeys(["GET", "BINGET", "LONG_BINGET"], _Machine.get),
    "MEMOIZE": _Machine.memoize,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.stack_name,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}


def _global(name: str) -> _Global:
    if name not in _GLOBALS:
        raise _hostile(f"asks for `{_printable(name)}`")
    return _Global(name)


def _array(described: Any) -> NDArray[Any]:
    """Build the array the machine described, once all of it holds together."""
    if not isinstance(described, _Array) or described.raw is None:
        raise _hostile("holds something other than one array")
    dtype, shape, raw = _dtype(described.dtype), _shape(described.shape), _raw(described.raw)
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise _hostile(
            f"says shape {shape} of {dtype.name}, which takes {math.prod(shape) * dtype.itemsize} "
            f"bytes, and carries {len(raw)}"
        )
    array = _ordered(np.frombuffer(raw, dtype=dtype), shape, described)
    return np.array(array, dtype=dtype.newbyteorder("="), order="C")


def _ordered(values: NDArray[Any], shape: tuple[int, ...], described: _Array) -> NDArray[Any]:
    match described.order, described.axes:
        case "C", None:
            return values.reshape(shape)
        case "F", None:
            return values.reshape(shape, order="F")
        case "K", tuple(axes) if _are_ints(axes) and sorted(axes) == list(range(len(shape))):
            return values.reshape(shape).transpose(axes)
    raise _hostile("orders its axes as no array does")


def _dtype(described: Any) -> np.dtype[Any]:
    if not isinstance(described, _Dtype) or described.order not in ("<", ">", "|", "="):
        raise _hostile("asks for values that are not plain numbers")
    # In a pickle "=" is never written; "|" stands on one-byte values only.
    return np.dtype(described.code).newbyteorder(described.order)  # type: ignore[arg-type]


def _shape(described: Any) -> tuple[int, ...]:
    plausible = isinstance(described, tuple) and len(described) <= _MAX_DIMENSIONS
    if not plausible or not _are_ints(described) or any(not 0 < n <= MAX_BYTES for n in described):
        raise _hostile(
            f"says a shape that is not at most {_MAX_DIMENSIONS} whole numbers above zero"
        )
    return tuple(described)


def _raw(described: Any) -> bytes:
    if isinstance(described, bytes | bytearray):
        return bytes(described)
    try:
        # Python 2 pickles bytes as strings, which the reader gives as Latin-1.
        return described.encode("latin-1")  # type: ignore[no-any-return]
    except (AttributeError, UnicodeEncodeError) as error:
        raise _hostile("carries values that are not bytes") from error


def _are_ints(values: Any) -> bool:
    return all(type(value) is int for value in values)


def _refused_opcode(name: str, stream: io.BytesIO) -> HostilePickle:
    if name == "INST":
        asked = b".".join(stream.readline(200).strip() for _ in range(2))
        return _hostile(f"asks for `{_printable(asked.decode('latin-1'))}`")
    return _hostile(f"uses the opcode {name}")


def _printable(name: str) -> str:
    return "".join(c if " " < c <= "~" and c != "`" else "?" for c in name[:100])


def _hostile(what: str) -> HostilePickle:
    return HostilePickle(
        f"input_bytes is a pickle that {what}; only a numeric array is read from a pickle",
        hint=_HINT,
    )


def _damaged(what: str) -> InputError:
    return InputError(
        f"input_bytes cannot be read as a pickle of a numeric array: {what}", hint=_HINT
    )
