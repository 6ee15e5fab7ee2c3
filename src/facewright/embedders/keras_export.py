"""Exporting a Keras embedder as a self-contained ONNX graph."""

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import onnx

OPSET = 17


def to_onnx(model: keras.Model, metadata: Mapping[str, str]) -> bytes:
    """Export an embedder.

    Args:
        model: One input, ``chip``, and one output, of any name.
        metadata: Texts to store in the file.

    Returns:
        ONNX bytes: input ``chip`` [n, size, size, 3] of the model's type, output ``embedding``
        [n, dimension].
    """
    exported = _exported(model)
    graph = exported.graph
    _rename_output(graph, "embedding")
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    del graph.value_info[:]
    graph.name = model.name
    onnx.helper.set_model_props(exported, dict(metadata))
    onnx.checker.check_model(exported, full_check=True)
    return bytes(exported.SerializeToString())


def _exported(model: keras.Model) -> onnx.ModelProto:
    shape = (1, *model.inputs[0].shape[1:])
    model(np.zeros(shape, model.inputs[0].dtype))  # Keras exports only what was called once
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # Keras probes NumPy for names of the time before NumPy 2, for tf2onnx.
        warnings.filterwarnings("ignore", category=FutureWarning, module="keras")
        path = Path(folder) / "embedder.onnx"
        model.export(str(path), format="onnx", verbose=False, opset_version=OPSET)
        return onnx.load(path)


def _rename_output(graph: onnx.GraphProto, name: str) -> None:
    [output] = graph.output
    for node in graph.node:
        node.output[:] = [name if value == output.name else value for value in node.output]
        node.input[:] = [name if value == output.name else value for value in node.input]
    output.name = name
