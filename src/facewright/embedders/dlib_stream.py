"""Reader of dlib's serialisation format, safe on hostile bytes.

dlib writes an integer as a control byte (sign in the top bit, number of bytes in the low four)
and that many little-endian bytes; a real number as two integers, mantissa then exponent of two;
a boolean as the character 0 or 1; a text as its length and its bytes; a tensor as the version 2,
four dimensions, and raw little-endian float32. Nothing in the format is code, and every length is
compared with the bytes that are left before anything is allocated.
"""

import math

import numpy as np
from numpy.typing import NDArray

from facewright.errors import WeightsMismatch

_LONGEST_TEXT = 64
_MOST_DIMENSIONS = 4
_INFINITE_EXPONENTS = {32000: math.inf, 32001: -math.inf}
_FIRST_SPECIAL_EXPONENT = 32000


class Stream:
    """A position in serialised bytes that moves forward as values are read.

    Args:
        data: The whole file.
        name: The file's name, for messages.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self._position = 0

    def mismatch(self, expected: object, received: object) -> WeightsMismatch:
        """Return the error that says what was found where something else was expected."""
        return WeightsMismatch(
            f"{self._name} is not a dlib face-recognition ResNet v1: "
            f"expected {expected} before byte {self._position}, received {received}",
            hint="fetch the file again, or compare its SHA-256 with the one published for it",
        )

    def integer(self) -> int:
        """Read an integer of one to eight bytes."""
        control = self._take(1)[0]
        length = control & 0x0F
        if control & 0x70 or not 1 <= length <= 8:
            raise self.mismatch("the control byte of an integer", hex(control))
        value = int.from_bytes(self._take(length), "little")
        return -value if control & 0x80 else value

    def real(self) -> float:
        """Read a real number."""
        mantissa, exponent = self.integer(), self.integer()
        if exponent >= _FIRST_SPECIAL_EXPONENT:
            return _INFINITE_EXPONENTS.get(exponent, math.nan)
        try:
            return math.ldexp(mantissa, exponent)
        except OverflowError:
            raise self.mismatch("a real number", f"{mantissa} × 2^{exponent}") from None

    def boolean(self) -> bool:
        """Read a boolean."""
        character = self._take(1)
        if character not in (b"0", b"1"):
            raise self.mismatch("a boolean, 0 or 1", character)
        return character == b"1"

    def text(self) -> str:
        """Read a short text."""
        length = self.integer()
        if not 0 <= length <= _LONGEST_TEXT:
            raise self.mismatch(f"a text of at most {_LONGEST_TEXT} bytes", f"{length} bytes")
        return self._take(length).decode("latin-1")

    def tensor(self) -> NDArray[np.float32]:
        """Read a tensor.

        Returns:
            float32 of four dimensions, any of which may be 0; a copy, so that it is writable.
        """
        self.expect(2, "the version of a tensor")
        dimensions = self.dimensions()
        count = math.prod(dimensions)
        values = np.frombuffer(self._take(4 * count), dtype="<f4")
        if not np.isfinite(values).all():
            raise self.mismatch("finite numbers", "infinite ones or none")
        return values.astype(np.float32).reshape(dimensions)

    def alias(self) -> tuple[int, ...]:
        """Read a view into another tensor, which is stored as its four dimensions."""
        self.expect(1, "the version of a tensor alias")
        return self.dimensions()

    def dimensions(self) -> tuple[int, ...]:
        """Read the four dimensions of a tensor whose values could fit into the file."""
        dimensions = tuple(self.integer() for _ in range(_MOST_DIMENSIONS))
        most = len(self._data) // 4
        if min(dimensions) < 0 or max(*dimensions, math.prod(dimensions)) > most:
            raise self.mismatch("dimensions of a tensor within this file", dimensions)
        return dimensions

    def expect(self, value: int | str, meaning: str) -> None:
        """Read an integer or a text that must equal `value`."""
        received = self.text() if isinstance(value, str) else self.integer()
        if received != value:
            raise self.mismatch(f"{meaning}, {value!r},", repr(received))

    def end(self) -> None:
        """Check that nothing is left."""
        left = len(self._data) - self._position
        if left:
            raise self.mismatch("the end of the file", f"{left} more bytes")

    def _take(self, count: int) -> bytes:
        taken = self._data[self._position : self._position + count]
        if len(taken) < count:
            left = len(self._data) - self._position
            raise self.mismatch(f"{count} more bytes", f"{left}: the file is truncated or foreign")
        self._position += count
        return taken
