"""Answers as the tensors of the Open Inference Protocol: one row for each face."""

from collections.abc import Callable, Sequence
from typing import Any

from facewright.recognizer.answer import Answer, RecognizedFace
from facewright.serving.inference_protocol.records import OutputTensor

_Row = tuple[int, RecognizedFace]
"""The number of its photo, and a face."""

_SCALARS: dict[str, tuple[str, Callable[[_Row], Any]]] = {
    "photo": ("INT32", lambda row: row[0]),
    "name": ("BYTES", lambda row: row[1].decision.name),
    "unknown": ("BOOL", lambda row: row[1].decision.unknown),
    "probability": ("FP32", lambda row: row[1].decision.probability),
    "similarity": ("FP32", lambda row: row[1].decision.similarity),
}
_VECTORS: dict[str, Callable[[_Row], list[float]]] = {
    "box": lambda row: _edges(row[1]),
    "embedding": lambda row: row[1].vector.tolist(),
}

OUTPUTS = (*_SCALARS, *_VECTORS)
"""Names of the outputs, in their order."""


def tensors(answers: Sequence[Answer], wanted: Sequence[str], dimension: int) -> list[OutputTensor]:
    """Return the wanted outputs.

    Args:
        answers: One for each photo.
        wanted: Names out of `OUTPUTS`.
        dimension: Length of an embedding.
    """
    rows = [(number, face) for number, answer in enumerate(answers) for face in answer.faces]
    return [_tensor(name, rows, dimension) for name in wanted]


def described(dimension: int) -> list[dict[str, Any]]:
    """Return the outputs as a model's metadata names them."""
    shapes = [_tensor(name, [], dimension) for name in OUTPUTS]
    return [
        {"name": each.name, "datatype": each.datatype, "shape": [-1, *each.shape[1:]]}
        for each in shapes
    ]


def _tensor(name: str, rows: Sequence[_Row], dimension: int) -> OutputTensor:
    if name in _SCALARS:
        datatype, value = _SCALARS[name]
        return OutputTensor(
            name=name, shape=[len(rows)], datatype=datatype, data=[value(row) for row in rows]
        )
    width = 4 if name == "box" else dimension
    flat = [number for row in rows for number in _VECTORS[name](row)]
    return OutputTensor(name=name, shape=[len(rows), width], datatype="FP32", data=flat)


def _edges(face: RecognizedFace) -> list[float]:
    box = face.seen.face.box
    return [float(box.left), float(box.top), float(box.right), float(box.bottom)]
