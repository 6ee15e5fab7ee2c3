"""The weights of dlib's face-recognition ResNet v1, read from its ``.dat`` file.

dlib nests a network as types within types, so the file first holds one header for each layer, the
last layer first, then the input, then the layers' parameters, the first layer first. What a layer
computes is known from the network's definition; the file only confirms it, and anything else is a
mismatch. The learned affine layers, which dlib puts after each convolution where training had
batch normalisation, are folded into the convolutions here, in double precision.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.embedders.dlib_stream import Stream
from facewright.errors import WeightsMismatch

LARGEST_FILE = 64 * 2**20

_CONVOLUTION, _AFFINE, _RELU = "convolution", "affine", "relu"
_MAXIMUM, _AVERAGE, _ADD, _DENSE = "max pooling", "average pooling", "add", "dense"
# Tags and skips name a point of the network and go back to it; they hold no parameters.
_TAG, _SECOND_TAG, _SKIP = "tag", "second tag", "skip"
_UNPARAMETRISED = {_TAG, _SECOND_TAG, _SKIP}

_STEM = (_CONVOLUTION, _AFFINE, _RELU, _MAXIMUM)
_PATH = (_TAG, _CONVOLUTION, _AFFINE, _RELU, _CONVOLUTION, _AFFINE)
_KEEPING = (*_PATH, _ADD, _RELU)
_HALVING = (*_PATH, _SECOND_TAG, _SKIP, _AVERAGE, _ADD, _RELU)
# (filters, whether the block halves height and width), from input to output.
BLOCKS = (
    *[(32, False)] * 3,
    *[(64, True), (64, False), (64, False), (64, False)],
    *[(128, True), (128, False), (128, False)],
    *[(256, True), (256, False), (256, False)],
    (256, True),
)
_PROGRAM = (
    _STEM
    + tuple(kind for _, halves in BLOCKS for kind in (_HALVING if halves else _KEEPING))
    + (_AVERAGE, _DENSE)
)

_KIND_OF_TYPE = {
    "con_4": _CONVOLUTION,
    "con_5": _CONVOLUTION,
    "con_6": _CONVOLUTION,
    "affine_": _AFFINE,
    "affine_2": _AFFINE,
    "relu_": _RELU,
    "relu_1": _RELU,
    "max_pool_2": _MAXIMUM,
    "avg_pool_2": _AVERAGE,
    "add_prev_": _ADD,
    "fc_2": _DENSE,
    "fc_3": _DENSE,
}


@dataclass(frozen=True)
class Convolution:
    """A convolution with its affine layer folded in.

    Attributes:
        kernel: float64 [filters, channels, height, width].
        bias: float64 [filters].
    """

    kernel: NDArray[np.float64]
    bias: NDArray[np.float64]


@dataclass(frozen=True)
class ResidualBlock:
    """Two convolutions and a skip; a halving block also halves height and width."""

    first: Convolution
    second: Convolution
    halves: bool


@dataclass(frozen=True)
class DlibResnetWeights:
    """Everything the file holds that the answer depends on.

    Attributes:
        mean: What is subtracted from red, green and blue before dividing by 256, float64 [3].
        stem: The first convolution, 7×7, stride 2, no padding.
        blocks: The fourteen residual blocks.
        projection: float64 [256, 128].
    """

    mean: NDArray[np.float64]
    stem: Convolution
    blocks: tuple[ResidualBlock, ...]
    projection: NDArray[np.float64]


def read(path: Path) -> DlibResnetWeights:
    """Read ``dlib_face_recognition_resnet_model_v1.dat`` to its last byte.

    Raises:
        WeightsMismatch: When the file is truncated or holds another network; says where.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise WeightsMismatch(
            f"{path.name} is too large for a dlib face-recognition ResNet v1: "
            f"expected at most {LARGEST_FILE} bytes, received {size}",
            hint="check that the file is the one published with dlib",
        )
    stream = Stream(path.read_bytes(), path.name)
    mean, layers = _read_layers(stream)
    return _assemble(stream, mean, layers)


def _read_layers(stream: Stream) -> tuple[NDArray[np.float64], list[dict[str, Any]]]:
    stream.expect(1, "the version of a network with a loss")
    stream.expect("loss_metric_2", "the loss")
    _skip_reals(stream, 2)
    versions = [_read_header(stream, kind) for kind in reversed(_PROGRAM[1:])]
    input_version = _read_version(stream, (2, 3))
    stream.expect("input_rgb_image_sized", "the input")
    mean = np.array([stream.real() for _ in range(3)])
    stream.expect(150, "the height of a chip")
    stream.expect(150, "the width of a chip")
    layers = [_read_input_layer(stream, input_version)]
    for kind, version in zip(_PROGRAM[1:], reversed(versions), strict=True):
        if kind not in _UNPARAMETRISED:
            layers.append(_read_layer(stream, kind, version))
    stream.end()
    return mean, layers


def _read_header(stream: Stream, kind: str) -> int:
    return _read_version(stream, (1,) if kind in _UNPARAMETRISED else (1, 2))


def _read_version(stream: Stream, known: tuple[int, ...]) -> int:
    version = stream.integer()
    if version not in known:
        raise stream.mismatch(f"the version of a layer, one of {known},", version)
    return version


def _read_input_layer(stream: Stream, version: int) -> dict[str, Any]:
    layer = _read_parameters(stream, _CONVOLUTION)
    _skip_training_state(stream)
    stream.tensor()
    if version >= 3:
        stream.integer()
    return layer


def _read_layer(stream: Stream, kind: str, version: int) -> dict[str, Any]:
    layer = _read_parameters(stream, kind)
    _skip_training_state(stream)
    if version >= 2:
        stream.tensor()
    return layer


def _skip_training_state(stream: Stream) -> None:
    for _ in range(3):
        stream.boolean()
    for _ in range(2):
        stream.tensor()


def _skip_reals(stream: Stream, count: int) -> None:
    for _ in range(count):
        stream.real()


def _read_parameters(stream: Stream, kind: str) -> dict[str, Any]:
    type_name = stream.text()
    if _KIND_OF_TYPE.get(type_name) != kind:
        raise stream.mismatch(f"a layer of kind {kind!r}", repr(type_name))
    if kind == _CONVOLUTION:
        return _read_convolution(stream, type_name)
    if kind == _AFFINE:
        return _read_affine(stream, type_name)
    if kind == _DENSE:
        return _read_dense(stream, type_name)
    if kind in (_MAXIMUM, _AVERAGE):
        for _ in range(6):
            stream.integer()
    elif type_name == "relu_1":
        stream.boolean()
    return {}


def _read_convolution(stream: Stream, type_name: str) -> dict[str, Any]:
    parameters = stream.tensor().ravel()
    _, height, width, *stride_and_padding = [stream.integer() for _ in range(7)]
    shape, bias_shape = stream.alias(), stream.alias()
    _skip_reals(stream, 4)
    has_bias = stream.boolean() if type_name != "con_4" else True
    if type_name == "con_6":
        stream.boolean()
    if shape[2:] != (height, width):
        raise stream.mismatch(f"kernels of {height}×{width}", shape)
    kernel, rest = _split(stream, parameters, shape)
    bias = _split(stream, rest, bias_shape)[0] if has_bias else np.zeros(shape[0])
    return {"kernel": kernel, "bias": bias.ravel(), "stride_and_padding": stride_and_padding}


def _read_affine(stream: Stream, type_name: str) -> dict[str, Any]:
    parameters = stream.tensor().ravel()
    gain_shape, bias_shape = stream.alias(), stream.alias()
    stream.integer()
    if type_name == "affine_2":
        stream.boolean()
    gain, rest = _split(stream, parameters, gain_shape)
    return {"gain": gain.ravel(), "bias": _split(stream, rest, bias_shape)[0].ravel()}


def _read_dense(stream: Stream, type_name: str) -> dict[str, Any]:
    outputs, inputs = stream.integer(), stream.integer()
    parameters = stream.tensor().ravel()
    stream.alias(), stream.alias()
    stream.integer()
    _skip_reals(stream, 4)
    if type_name == "fc_3":
        stream.boolean()
    if min(outputs, inputs) < 1:
        raise stream.mismatch("a matrix", f"{inputs}×{outputs}")
    return {"projection": _split(stream, parameters, (inputs, outputs))[0]}


def _split(
    stream: Stream, values: NDArray[Any], shape: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    count = math.prod(shape)
    if count > values.size:
        raise stream.mismatch(f"{count} parameters for {shape}", values.size)
    return values[:count].astype(np.float64).reshape(shape), values[count:]


def _assemble(
    stream: Stream, mean: NDArray[np.float64], layers: list[dict[str, Any]]
) -> DlibResnetWeights:
    projection = layers[-1]["projection"]
    parametrised = [layer for layer in layers[:-1] if layer]
    pairs = list(zip(parametrised[::2], parametrised[1::2], strict=True))
    stem, *convolutions = [_fold(stream, layer, affine) for layer, affine in pairs]
    strides = [layer["stride_and_padding"] for layer, _ in pairs]
    blocks = []
    for index, (_, halves) in enumerate(BLOCKS):
        first, second = 2 * index, 2 * index + 1
        _check(stream, strides[first + 1], [2, 2, 0, 0] if halves else [1, 1, 1, 1])
        _check(stream, strides[second + 1], [1, 1, 1, 1])
        blocks.append(ResidualBlock(convolutions[first], convolutions[second], halves))
    _check(stream, strides[0], [2, 2, 0, 0])
    weights = DlibResnetWeights(mean, stem, tuple(blocks), projection)
    _check_shapes(stream, weights)
    return weights


def _fold(stream: Stream, layer: dict[str, Any], affine: dict[str, Any]) -> Convolution:
    kernel, gain = layer["kernel"], affine["gain"]
    filters = kernel.shape[0]
    sizes = {layer["bias"].size, gain.size, affine["bias"].size}
    if sizes != {filters}:
        raise stream.mismatch(f"{filters} values for each filter", sizes)
    return Convolution(kernel * gain[:, None, None, None], layer["bias"] * gain + affine["bias"])


def _check(stream: Stream, received: object, expected: object) -> None:
    if received != expected:
        raise stream.mismatch(f"stride and padding {expected}", received)


def _check_shapes(stream: Stream, weights: DlibResnetWeights) -> None:
    received = [weights.stem.kernel.shape]
    expected, channels = [(32, 3, 7, 7)], 32
    for block, (filters, _) in zip(weights.blocks, BLOCKS, strict=True):
        received += [block.first.kernel.shape, block.second.kernel.shape]
        expected += [(filters, channels, 3, 3), (filters, filters, 3, 3)]
        channels = filters
    if received != expected or weights.projection.shape != (256, 128):
        raise stream.mismatch(
            f"kernels {expected} and a projection (256, 128)",
            f"{received} and {weights.projection.shape}",
        )
