"""Bounds on a million cosine similarities at once, from 8-bit integers.

Each stored row x is kept as x ≈ s·c with integers c in −127…127, a query q as q ≈ t·d with
integers d in −63…63. By Cauchy and Schwarz, for a stored row of unit length,

    |q·x − s·t·(c·d)| ≤ |q − t·d| + |t·d|·|x − s·c|

and both errors are known when the rows are quantised. So every row that could be the nearest is
found without looking at the others in full, and the search stays exact. The integer products are
one `MatMulInteger` of ONNX Runtime, which reads a quarter of the memory that float32 takes.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from facewright.gallery.person import Vectors

if TYPE_CHECKING:
    import onnxruntime

# A query is sent as unsigned bytes, d + 64. Seven bits keep the 16-bit sums of processors without
# exact 8-bit products from overflowing: 2 · 127 · 127 < 2¹⁵.
_MIDDLE = 64
_QUERY_STEPS = 63
_ROW_STEPS = 127
_AT_ONCE = 65_536
_ROUNDING = 1e-5  # of float32 sums over a few thousand numbers of size 1 or less


class Coarse:
    """Stored vectors in 8 bits, and a bound on what that loses.

    Args:
        vectors: Unit-length embeddings, float32 [N, D].
    """

    def __init__(self, vectors: Vectors) -> None:
        rows, dimension = vectors.shape
        self._codes = np.empty((dimension, rows), np.int8)
        self._scales = np.empty(rows, np.float32)
        self._offsets = np.empty(rows, np.int32)
        self._error = 0.0
        for start in range(0, rows, _AT_ONCE):
            self._fill(slice(start, start + _AT_ONCE), vectors[start : start + _AT_ONCE])

    @property
    def nbytes(self) -> int:
        """Memory of the stored numbers."""
        return self._codes.nbytes + self._scales.nbytes + self._offsets.nbytes

    def similarities(self, query: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Return every row's similarity, nearly.

        Args:
            query: Unit length, float32 [D].

        Returns:
            float32 [N], and how far each may be from the true similarity.
        """
        step = max(float(np.abs(query).max()), 1e-30) / _QUERY_STEPS
        codes = np.rint(query / step)
        unsigned = (codes + _MIDDLE).astype(np.uint8)[None]
        (products,) = self._session.run(None, {"query": unsigned, "gallery": self._codes})
        dots = products[0]
        np.subtract(dots, self._offsets, out=dots)
        near = dots.astype(np.float32)
        near *= self._scales * np.float32(step)
        lost = float(np.linalg.norm(query - codes * step))
        kept = float(np.linalg.norm(codes * step))
        return near, lost + kept * self._error + _ROUNDING

    def _fill(self, place: slice, vectors: Vectors) -> None:
        scales = np.maximum(np.abs(vectors).max(axis=1), np.float32(1e-30)) / _ROW_STEPS
        codes = np.rint(vectors / scales[:, None])
        errors = np.linalg.norm(vectors - codes * scales[:, None], axis=1)
        self._error = max(self._error, float(errors.max()))
        self._codes[:, place] = codes.T
        self._scales[place] = scales
        self._offsets[place] = _MIDDLE * codes.sum(axis=1)

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Memory is the limit, not arithmetic; a second thread gains nothing but waits in a loop.
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(
            product_model(), options, providers=["CPUExecutionProvider"]
        )


def product_model() -> bytes:
    """Return an ONNX model of one node: query uint8 [1, D] × gallery int8 [D, N] → int32 [1, N].

    It is written by hand, since a service has ONNX Runtime but not the package that makes models.
    Numbers are the fields of ONNX's protocol buffers.
    """
    uint8, int8, int32 = 2, 3, 6
    node = _text(1, "query") + _text(1, "gallery") + _text(2, "dots") + _text(4, "MatMulInteger")
    graph = (
        _part(1, node)
        + _text(2, "products")
        + _part(11, _value("query", uint8))
        + _part(11, _value("gallery", int8))
        + _part(12, _value("dots", int32))
    )
    version, operators = 8, 17
    return _number(1, version) + _part(7, graph) + _part(8, _text(1, "") + _number(2, operators))


def _value(name: str, kind: int) -> bytes:
    two_of_any_size = _part(2, _part(1, b"") * 2)
    return _text(1, name) + _part(2, _part(1, _number(1, kind) + two_of_any_size))


def _text(field: int, text: str) -> bytes:
    return _part(field, text.encode())


def _part(field: int, data: bytes) -> bytes:
    return bytes([field << 3 | 2, len(data)]) + data


def _number(field: int, value: int) -> bytes:
    return bytes([field << 3, value])
