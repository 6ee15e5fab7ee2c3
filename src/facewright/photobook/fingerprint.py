"""Fingerprints of pixels, alike for copies that were resized or compressed again.

A difference hash: the picture is made grey and tiny, and each bit says whether a pixel is brighter
than its neighbour. Copies of a picture differ in few bits, other pictures in about half of them.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.faces.face import Pixels

Fingerprint = NDArray[np.bool_]
"""Bits, bool [2 · edge²]."""

EDGE = 12
BITS = 2 * EDGE * EDGE
_BLOCK = 1024


def fingerprint(pixels: Pixels) -> Fingerprint:
    """Return the difference hash of RGB pixels, bool [BITS].

    Half of the bits compare neighbours in a row, half in a column.
    """
    grey = Image.fromarray(pixels).convert("L")
    tiny = np.asarray(grey.resize((EDGE + 1, EDGE + 1), Image.Resampling.BOX), dtype=np.int16)
    rows = tiny[:-1, 1:] > tiny[:-1, :-1]
    columns = tiny[1:, :-1] > tiny[:-1, :-1]
    return np.concatenate([rows.ravel(), columns.ravel()])


def alike(prints: NDArray[np.bool_], limit: float) -> list[tuple[int, int, float]]:
    """Find the pairs of fingerprints that differ in few bits.

    Args:
        prints: bool [N, BITS].
        limit: Largest share of bits that may differ, 0–1.

    Returns:
        Rows i < j and the share of bits in which they differ.
    """
    signs = prints.astype(np.float32) * 2 - 1
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(signs), _BLOCK):
        block = signs[start : start + _BLOCK]
        shares = (1 - block @ signs.T / signs.shape[1]) / 2
        for i, j in np.argwhere(shares <= limit):
            if start + i < j:
                found.append((int(start + i), int(j), float(shares[i, j])))
    return found
