"""What `input_bytes` may hold: a photo, an `.npy` array, or the original's pickled array."""

import base64
import binascii
import io
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.errors import InputError
from facewright.faces.pickled_array import numeric_array_from_pickle
from facewright.wire.scoring import MAX_BODY_BYTES

_NPY = b"\x93NUMPY"
_NPY_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# Protocols 2–5 begin with the PROTO opcode; 0 and 1 with a GLOBAL, perhaps after a MARK.
_PICKLE = re.compile(rb"\x80[\x02-\x05]|\(?c[\w.]+\r?\n")


def read_payload(input_bytes: str) -> bytes | NDArray[Any]:
    """Read the base64 string of contract 3.

    Args:
        input_bytes: base64 of a photo's file, of an `.npy` file, or of a pickled float array.

    Returns:
        The photo's file as it is, still to be decoded, or the array.

    Raises:
        InputError: Not base64, too long, or not a numeric array.
    """
    data = _decoded(input_bytes)
    if data.startswith(_NPY):
        return _npy(data)
    if _is_pickle(data):
        return numeric_array_from_pickle(data)
    return data


def _decoded(input_bytes: str) -> bytes:
    if not isinstance(input_bytes, str) or not input_bytes:
        received = "an empty string" if input_bytes == "" else type(input_bytes).__name__
        raise InputError(
            f"input_bytes is not a photo: expected a base64 string, received {received}",
            hint="send the bytes of a photo's file in base64",
        )
    if len(input_bytes) > MAX_BODY_BYTES:
        raise InputError(
            f"input_bytes is too long: expected at most {MAX_BODY_BYTES:,} letters, "
            f"received {len(input_bytes):,}",
            hint="send a smaller photo; 1,000 pixels on the longer side are plenty",
        )
    try:
        # Some clients wrap base64 into lines; nothing else may be left out.
        return base64.b64decode("".join(input_bytes.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(
            f"input_bytes is not base64: {error}",
            hint="send the bytes of a photo's file in base64",
        ) from error


def _is_pickle(data: bytes) -> bool:
    return _PICKLE.match(data) is not None


def _npy(data: bytes) -> NDArray[Any]:
    try:
        return _npy_array(io.BytesIO(data), len(data))
    except Exception as error:  # hostile headers raise whatever they like
        raise InputError(
            f"input_bytes begins as an .npy file but cannot be read: {error}",
            hint="write it with numpy.save, of a numeric array",
        ) from error


def _npy_array(file: io.BytesIO, total: int) -> NDArray[Any]:
    # numpy.load would make room for whatever shape the header declares before it looks for data.
    read_header = _NPY_HEADERS[np.lib.format.read_magic(file)]
    shape, column_first, dtype = read_header(file)
    expected, received = math.prod(shape) * dtype.itemsize, total - file.tell()
    if not expected:
        raise ValueError(f"{dtype} {list(shape)} holds no numbers")
    if dtype.kind not in "fiu" or expected != received:
        raise ValueError(f"{dtype} {list(shape)} takes {expected} bytes, received {received}")
    values: NDArray[Any] = np.frombuffer(file.read(), dtype)
    return values.reshape(shape, order="F" if column_first else "C")
