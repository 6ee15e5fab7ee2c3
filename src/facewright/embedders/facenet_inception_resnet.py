"""FaceNet as Inception-ResNet v1, as a Keras network written here from its papers.

Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the Impact of Residual
Connections on Learning" (2016), in the form whose weights David Sandberg published for FaceNet
(Schroff et al., 2015): "same" padding in the blocks, a stem that keeps more of a small chip, and
a bottleneck of 128 or 512.

Layers are named as in the Keras ports of those weights, which is how `weights` fills them. Only
layers built into Keras are used, so that a model on top of this network is a file without code.
"""

from pathlib import Path
from typing import Any

import keras
from keras import layers

from facewright.embedders import weights
from facewright.embedders.blocks import layers_by_block
from facewright.errors import WeightsMismatch

SIZE = 160
DIMENSIONS = (128, 512)

_EPSILON = 1e-3
_PIXELS = SIZE * SIZE * 3

# Each branch is a chain of (name, filters, kernel size).
_BLOCK35 = (
    (("Conv2d_1x1", 32, 1),),
    (("Conv2d_0a_1x1", 32, 1), ("Conv2d_0b_3x3", 32, 3)),
    (("Conv2d_0a_1x1", 32, 1), ("Conv2d_0b_3x3", 32, 3), ("Conv2d_0c_3x3", 32, 3)),
)
_BLOCK17 = (
    (("Conv2d_1x1", 128, 1),),
    (("Conv2d_0a_1x1", 128, 1), ("Conv2d_0b_1x7", 128, (1, 7)), ("Conv2d_0c_7x1", 128, (7, 1))),
)
_BLOCK8 = (
    (("Conv2d_1x1", 192, 1),),
    (("Conv2d_0a_1x1", 192, 1), ("Conv2d_0b_1x3", 192, (1, 3)), ("Conv2d_0c_3x1", 192, (3, 1))),
)
_MIXED_6A = (
    (("Conv2d_1a_3x3", 384, 3),),
    (("Conv2d_0a_1x1", 192, 1), ("Conv2d_0b_3x3", 192, 3), ("Conv2d_1a_3x3", 256, 3)),
)
_MIXED_7A = (
    (("Conv2d_0a_1x1", 256, 1), ("Conv2d_1a_3x3", 384, 3)),
    (("Conv2d_0a_1x1", 256, 1), ("Conv2d_1a_3x3", 256, 3)),
    (("Conv2d_0a_1x1", 256, 1), ("Conv2d_0b_3x3", 256, 3), ("Conv2d_1a_3x3", 256, 3)),
)
_Branches = tuple[tuple[tuple[str, int, int | tuple[int, int]], ...], ...]


def build(path: Path) -> keras.Model:
    """Build the network with its pretrained weights.

    Args:
        path: HDF5 of one of the Keras ports, a whole model or weights alone.

    Returns:
        RGB uint8 [N, 160, 160, 3] in, unit-length float32 [N, D] out; D is what the file holds.
    """
    shape = weights.shape_of(path, "Bottleneck", "kernel")
    if len(shape) != 2 or shape[1] not in DIMENSIONS:
        raise WeightsMismatch(
            f"{path.name} does not fit layer 'Bottleneck': expected kernel (1792, D) with D one "
            f"of {DIMENSIONS}, received {shape}",
            hint="check that the file holds weights of this very network",
        )
    model = network(shape[1])
    weights.fill(model, path)
    return model


def blocks(model: keras.Model) -> list[list[keras.layers.Layer]]:
    """Return the weighted layers block by block, from input to output."""
    names = [
        *("Conv2d_1a_3x3", "Conv2d_2", "Conv2d_3", "Conv2d_4"),
        *(f"Block35_{number}_" for number in range(1, 6)),
        "Mixed_6a_",
        *(f"Block17_{number}_" for number in range(1, 11)),
        "Mixed_7a_",
        *(f"Block8_{number}_" for number in range(1, 7)),
        "Bottleneck",
    ]
    return layers_by_block(model, names)


def network(dimension: int) -> keras.Model:
    """Build the network with random weights; shapes as in `build`."""
    chip = keras.Input((SIZE, SIZE, 3), dtype="uint8", name="chip")
    x = _stem(_normalised(chip, dimension))
    for number in range(1, 6):
        x = _residual(x, _BLOCK35, f"Block35_{number}", scale=0.17)
    x = _reduction(x, _MIXED_6A, "Mixed_6a")
    for number in range(1, 11):
        x = _residual(x, _BLOCK17, f"Block17_{number}", scale=0.1)
    x = _reduction(x, _MIXED_7A, "Mixed_7a")
    for number in range(1, 6):
        x = _residual(x, _BLOCK8, f"Block8_{number}", scale=0.2)
    x = _residual(x, _BLOCK8, "Block8_6", scale=1.0, activated=False)
    x = layers.GlobalAveragePooling2D(name="AvgPool")(x)
    x = layers.Dense(dimension, use_bias=False, name="Bottleneck")(x)
    x = _batch_normalised(x, "Bottleneck")
    embedding = layers.UnitNormalization(name="embedding")(x)
    return keras.Model(chip, embedding, name="facenet_inception_resnet_v1")


def _normalised(chip: Any, dimension: int) -> Any:
    # The weights of 2017, with 128 dimensions, were trained on chips brought to mean 0 and
    # standard deviation 1 one by one; those of 2018, with 512, on a fixed scale.
    if dimension == 512:
        return layers.Rescaling(1 / 128, offset=-127.5 / 128, name="scale")(chip)
    pixels = layers.Rescaling(1.0, name="scale")(chip)
    return layers.LayerNormalization(
        axis=(1, 2, 3), epsilon=1 / _PIXELS, center=False, scale=False, name="standardise"
    )(pixels)


def _stem(x: Any) -> Any:
    x = _convolution(x, 32, 3, "Conv2d_1a_3x3", strides=2, padding="valid")
    x = _convolution(x, 32, 3, "Conv2d_2a_3x3", padding="valid")
    x = _convolution(x, 64, 3, "Conv2d_2b_3x3")
    x = layers.MaxPooling2D(3, 2, name="MaxPool_3a_3x3")(x)
    x = _convolution(x, 80, 1, "Conv2d_3b_1x1", padding="valid")
    x = _convolution(x, 192, 3, "Conv2d_4a_3x3", padding="valid")
    return _convolution(x, 256, 3, "Conv2d_4b_3x3", strides=2, padding="valid")


def _residual(x: Any, branches: _Branches, name: str, scale: float, activated: bool = True) -> Any:
    ends = [_chain(x, branch, f"{name}_Branch_{i}") for i, branch in enumerate(branches)]
    mixed = layers.Concatenate(name=f"{name}_Concatenate")(ends)
    change = layers.Conv2D(x.shape[-1], 1, name=f"{name}_Conv2d_1x1")(mixed)
    scaled = layers.Rescaling(scale, name=f"{name}_Scale")(change)
    total = layers.Add(name=f"{name}_Add")([x, scaled])
    return layers.ReLU(name=f"{name}_Activation")(total) if activated else total


def _reduction(x: Any, branches: _Branches, name: str) -> Any:
    ends = [
        _chain(x, branch, f"{name}_Branch_{i}", halving=True) for i, branch in enumerate(branches)
    ]
    pool = layers.MaxPooling2D(3, 2, name=f"{name}_Branch_{len(ends)}_MaxPool_1a_3x3")(x)
    return layers.Concatenate(name=name)([*ends, pool])


def _chain(
    x: Any,
    branch: tuple[tuple[str, int, int | tuple[int, int]], ...],
    name: str,
    halving: bool = False,
) -> Any:
    *firsts, last = branch
    for part, filters, size in firsts:
        x = _convolution(x, filters, size, f"{name}_{part}")
    part, filters, size = last
    strides, padding = (2, "valid") if halving else (1, "same")
    return _convolution(x, filters, size, f"{name}_{part}", strides=strides, padding=padding)


def _convolution(
    x: Any,
    filters: int,
    size: int | tuple[int, int],
    name: str,
    *,
    strides: int = 1,
    padding: str = "same",
) -> Any:
    x = layers.Conv2D(filters, size, strides=strides, padding=padding, use_bias=False, name=name)(x)
    return layers.ReLU(name=f"{name}_Activation")(_batch_normalised(x, name))


def _batch_normalised(x: Any, name: str) -> Any:
    return layers.BatchNormalization(
        momentum=0.995, epsilon=_EPSILON, scale=False, name=f"{name}_BatchNorm"
    )(x)
