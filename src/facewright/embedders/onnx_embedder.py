"""Any ONNX embedder, with what its sidecar says about its input folded into the graph."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from facewright.embedders import onnx_safety, onnx_sidecar
from facewright.embedders.embedder import ChipFormat
from facewright.embedders.onnx_network import OnnxNetwork
from facewright.embedders.onnx_sidecar import Sidecar
from facewright.errors import WeightsError, WeightsMismatch
from facewright.system import digest

if TYPE_CHECKING:
    import keras

_PREFIX = "body_"
_RED_GREEN_BLUE = (0, 1, 2)


class OnnxEmbedder:
    """An embedder read from ``<file>.onnx`` and ``<file>.onnx.json``.

    Its graph is the one in the file between two small ones: from a uint8 chip to what the file's
    input wants, and from the file's output to a vector of unit length.

    Args:
        path: The ONNX file.
        threads: How many threads one run uses.

    Attributes:
        name: ``onnx:<file name>``.
        digest: SHA-256 of the ONNX file, ``sha256:<hex>``.
        dimension: Length of an embedding.
        chip: The chips it wants.
        licence: Terms of the weights, as the sidecar gives them.

    Raises:
        UnsafeModelFile: When the file refers to others or uses custom operators.
        WeightsMismatch: When it is not a network of one such input and one vector.
        WeightsError: When the sidecar is missing or wrong.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        if path.stat().st_size > onnx_safety.LARGEST_FILE:
            raise onnx_safety.too_large(path.name, path.stat().st_size)
        data = path.read_bytes()
        onnx_safety.check(data, path.name)
        sidecar = onnx_sidecar.read(path)
        self.name = f"onnx:{path.name}"
        self.digest = digest.of_bytes(data)
        self.licence = sidecar.licence
        self.chip = ChipFormat(sidecar.size, sidecar.alignment, _in_words(sidecar))
        self._data = _with_known_length(_folded(data, sidecar, path.name), path.name)
        self._onnx = OnnxNetwork(self._data, path.name, threads)
        self.dimension = self._onnx.outputs["embedding"]

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed chips, as `facewright.embedders.embedder.Embedder` says."""
        return self._onnx.run(chips)["embedding"]

    def onnx_bytes(self) -> bytes:
        """Return the folded network: ``chip`` uint8 [n, size, size, 3] → ``embedding``."""
        return self._data

    def network(self) -> "keras.Model":
        """Raise, since an ONNX file has no Keras form."""
        self._refuse()

    def blocks(self, model: "keras.Model") -> "list[list[keras.layers.Layer]]":
        """Raise, since an ONNX file has no Keras form."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise WeightsError(
            f"{self.name} has no Keras network: expected an embedder of the catalogue to train "
            "on, received an ONNX file",
            hint="train the head alone, or choose another embedder to fine-tune",
        )


def _in_words(sidecar: Sidecar) -> str:
    mean, scale = (_shortest(values) for values in (sidecar.mean, sidecar.scale))
    return f"(pixel - {mean}) * {scale}, {sidecar.colour}, {sidecar.layout}"


def _shortest(values: tuple[float, ...]) -> float | tuple[float, ...]:
    return values[0] if len(set(values)) == 1 else values


def _folded(data: bytes, sidecar: Sidecar, name: str) -> onnx.ModelProto:
    try:
        body = onnx.load_model_from_string(data)
        onnx.checker.check_model(body)
    except Exception as error:  # protobuf's and the checker's errors share no other base
        raise WeightsMismatch(
            f"{name} is not a valid ONNX network: {str(error).splitlines()[0]}",
            hint="export the network again with a current exporter",
        ) from error
    body = onnx.compose.add_prefix(body, _PREFIX)
    source, target = _only_input(body, sidecar, name), _only_output(body, name)
    nodes = [*_preprocessing(sidecar, source), *body.graph.node, *_postprocessing(target)]
    constants = {value.name for value in body.graph.initializer}
    chip = helper.make_tensor_value_info(
        "chip", TensorProto.UINT8, ["n", sidecar.size, sidecar.size, 3]
    )
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", None])
    graph = helper.make_graph(
        nodes,
        name,
        [chip, *(value for value in body.graph.input if value.name in constants)],
        [embedding],
        initializer=body.graph.initializer,
    )
    graph.sparse_initializer.extend(body.graph.sparse_initializer)
    body.graph.CopyFrom(graph)
    return body


def _only_input(body: onnx.ModelProto, sidecar: Sidecar, name: str) -> str:
    constants = {value.name for value in body.graph.initializer}
    inputs = [value for value in body.graph.input if value.name not in constants]
    size = sidecar.size
    wanted = [3, size, size] if sidecar.layout == "NCHW" else [size, size, 3]
    shapes = [_shape(value) for value in inputs]
    # A length that the file leaves open fits any; it is 0 here.
    fits = len(inputs) == 1 and len(shapes[0]) == 4
    if not fits or any(
        length not in (0, want) for length, want in zip(shapes[0][1:], wanted, strict=True)
    ):
        raise WeightsMismatch(
            f"{name} does not fit its sidecar: expected one input [n, "
            f"{', '.join(map(str, wanted))}], received {shapes}",
            hint="correct `size` and `layout` in the sidecar",
        )
    return str(inputs[0].name)


def _only_output(body: onnx.ModelProto, name: str) -> str:
    outputs = [value.name.removeprefix(_PREFIX) for value in body.graph.output]
    if len(outputs) != 1:
        raise WeightsMismatch(
            f"{name} is not an embedder: expected one output, received {outputs}",
            hint="export the network with its embedding as the only output",
        )
    return f"{_PREFIX}{outputs[0]}"


def _shape(value: onnx.ValueInfoProto) -> list[int]:
    return [length.dim_value for length in value.type.tensor_type.shape.dim]


def _preprocessing(sidecar: Sidecar, target: str) -> list[onnx.NodeProto]:
    """Build the nodes from ``chip`` to the tensor `target`."""
    first = sidecar.layout == "NCHW"
    steps = [helper.make_node("Cast", ["chip"], ["pixels"], to=TensorProto.FLOAT)]
    if first:
        # Before the arithmetic: along the last axis it takes five times as long.
        steps.append(helper.make_node("Transpose", ["pixels"], ["planes"], perm=[0, 3, 1, 2]))
    if sidecar.colour == "BGR":
        order = np.array(_RED_GREEN_BLUE[::-1], np.int64)
        steps += _with_constant("Gather", steps[-1].output[0], order, "bgr", axis=1 if first else 3)
    for operator, values, neutral in (("Sub", sidecar.mean, 0.0), ("Mul", sidecar.scale, 1.0)):
        if set(values) != {neutral}:
            constant = _broadcastable(values, first)
            steps += _with_constant(operator, steps[-1].output[0], constant, operator.lower())
    steps.append(helper.make_node("Identity", [steps[-1].output[0]], [target]))
    return steps


def _broadcastable(values: tuple[float, float, float], channels_first: bool) -> NDArray[np.float32]:
    if len(set(values)) == 1:
        return np.array(values[0], np.float32)
    return np.array(values, np.float32).reshape((3, 1, 1) if channels_first else (3,))


def _with_constant(
    operator: str, source: str, constant: NDArray[np.generic], name: str, axis: int | None = None
) -> list[onnx.NodeProto]:
    value = onnx.numpy_helper.from_array(constant, f"{name}_value")
    inputs = [source, f"{name}_constant"]
    return [
        helper.make_node("Constant", [], [f"{name}_constant"], value=value),
        helper.make_node(operator, inputs, [name], axis=axis),
    ]


def _postprocessing(source: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Flatten", [source], ["descriptor"], axis=1),
        helper.make_node("LpNormalization", ["descriptor"], ["embedding"], axis=1, p=2),
    ]


def _with_known_length(model: onnx.ModelProto, name: str) -> bytes:
    """Return `model` with the length of its output, which takes running it to be sure of.

    It is run on two chips, since some exporters fix the number of chips to the one they saw.
    """
    network = OnnxNetwork(model.SerializeToString(), name)
    chips = np.zeros((2, network.size, network.size, 3), np.uint8)
    try:
        received: object = network.run(chips)["embedding"].shape
    except Exception as error:  # ONNX Runtime's errors share no other base
        received = str(error).splitlines()[0]
    if not isinstance(received, tuple) or received[0] != len(chips):
        raise WeightsMismatch(
            f"{name} does not take several chips at once: expected 2 embeddings for 2 chips, "
            f"received {received}",
            hint="export the network with a dynamic first dimension",
        )
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = received[1]
    return bytes(model.SerializeToString())
