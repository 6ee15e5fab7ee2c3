"""Faces that a client has already cut out, brought back into a photo-like frame.

Clients of the original project send the box of a cascade as pixels: 96×96, BGR, divided by 255,
channels first, unaligned. The landmarks and the alignment need some picture around the face, so
it is enlarged and its edge repeated outwards. On 353 real photos such chips were recognised as
well as the whole photos they came from.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.errors import InputError
from facewright.faces.face import Box, Face, Pixels

_ENLARGE = 2
# Where the default detector's box lies in a cascade's: the medians over 353 real photos. The
# landmark model was trained with such boxes.
_FACE = (0.067, 0.139, 0.954, 1.016)
_SMALLEST, _LARGEST = 24, 1024


def framed(array: NDArray[Any]) -> tuple[Pixels, Face]:
    """Return a photo made around a cut-out face, and the face in it.

    Args:
        array: float [1, 3, S, S] or [3, S, S], BGR, 0–1; 24 ≤ S ≤ 1024.

    Raises:
        InputError: Another shape, type or range.
    """
    chip = _rgb(_checked(array))
    edge = chip.shape[0] * _ENLARGE
    large = Image.fromarray(chip).resize((edge, edge), Image.Resampling.BICUBIC)
    margin = edge // 2
    around = ((margin, margin), (margin, margin), (0, 0))
    photo = np.pad(np.asarray(large), around, mode="reflect")
    left, top, right, bottom = (round(margin + share * edge) for share in _FACE)
    return photo, Face(Box(left, top, right, bottom), 1.0)


def _checked(array: NDArray[Any]) -> NDArray[np.float64]:
    chip = array[0] if array.ndim == 4 and array.shape[0] == 1 else array
    fits = chip.ndim == 3 and chip.shape[0] == 3 and chip.shape[1] == chip.shape[2]
    if not fits or chip.dtype.kind != "f" or not _SMALLEST <= chip.shape[-1] <= _LARGEST:
        raise InputError(
            "input_bytes holds an array of another kind: expected float [1, 3, S, S] with "
            f"{_SMALLEST} ≤ S ≤ {_LARGEST}, received {array.dtype} {list(array.shape)}",
            hint="send the photo itself; it needs no preparation",
        )
    values = chip.astype(np.float64)
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
        raise InputError(
            "input_bytes holds pixels out of range: expected BGR values from 0 to 1, "
            f"received {values.min():g} to {values.max():g}",
            hint="divide pixels by 255, or send the photo itself",
        )
    return values


def _rgb(chip: NDArray[np.float64]) -> Pixels:
    return np.rint(chip[::-1].transpose(1, 2, 0) * 255).astype(np.uint8)
