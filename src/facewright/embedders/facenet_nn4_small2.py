"""FaceNet in its small form nn4.small2, as a Keras network written here from its papers.

Schroff, Kalenichenko and Philbin, "FaceNet: A Unified Embedding for Face Recognition and
Clustering" (2015), table 2, made smaller by Amos, Ludwiczuk and Satyanarayanan, "OpenFace: A
general-purpose face recognition library with mobile applications" (2016). The numbers follow the
network the weights were trained as, OpenFace's: responses are normalised across channels after
the first and third convolutions, and three of the pools are Euclidean. Keras ports with the same
weights (the one of the deep-learning course, whose file is ``facenet_nn4_small2_v7.h5``) leave
the former out and average instead of the latter.

Layers are named as in those ports, which is how `weights` fills them. Only layers built into
Keras are used, so that a model on top of this network is a file without code.
"""

from pathlib import Path
from typing import Any

import keras
from keras import layers

from facewright.embedders import weights
from facewright.embedders.blocks import layers_by_block

SIZE = 96
DIMENSION = 128

_EPSILON = 1e-5
_MODULES = ("3a", "3b", "3c", "4a", "4e", "5a", "5b")


def build(path: Path) -> keras.Model:
    """Build the network with its pretrained weights.

    Args:
        path: HDF5 of one of the Keras ports, a whole model or weights alone.

    Returns:
        RGB uint8 [N, 96, 96, 3] in, unit-length float32 [N, 128] out.
    """
    model = network()
    weights.fill(model, path)
    return model


def blocks(model: keras.Model) -> list[list[keras.layers.Layer]]:
    """Return the weighted layers block by block, from input to output."""
    modules = [f"inception_{module}_" for module in _MODULES]
    stems: list[str | tuple[str, ...]] = [("conv1", "bn1"), ("conv2", "bn2", "conv3", "bn3")]
    return layers_by_block(model, [*stems, *modules, "dense_layer"])


def network(dimension: int = DIMENSION) -> keras.Model:
    """Build the network with random weights; shapes as in `build`."""
    chip = keras.Input((SIZE, SIZE, 3), dtype="uint8", name="chip")
    x = _stem(layers.Rescaling(1 / 255, name="scale")(chip))
    x = _inception(x, "3a", three=(96, 128), five=(16, 32), pool=32, one=64)
    x = _inception(x, "3b", three=(96, 128), five=(32, 64), pool=64, one=64, euclidean=True)
    x = _reduction(x, "3c", three=(128, 256), five=(32, 64))
    x = _inception(x, "4a", three=(96, 192), five=(32, 64), pool=128, one=256, euclidean=True)
    x = _reduction(x, "4e", three=(160, 256), five=(64, 128))
    x = _inception(x, "5a", three=(96, 384), pool=96, one=256, euclidean=True)
    x = _inception(x, "5b", three=(96, 384), pool=96, one=256)
    x = layers.AveragePooling2D(3, 1, name="pool")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(dimension, name="dense_layer")(x)
    embedding = layers.UnitNormalization(name="embedding")(x)
    return keras.Model(chip, embedding, name="facenet_nn4_small2")


def _stem(x: Any) -> Any:
    x = _convolution(x, 64, 7, "conv1", "bn1", strides=2)
    x = _padded_pool(x, "pool1")
    x = _normalised_across_channels(x, "lrn_1")
    x = _convolution(x, 64, 1, "conv2", "bn2")
    x = _convolution(x, 192, 3, "conv3", "bn3")
    x = _normalised_across_channels(x, "lrn_2")
    return _padded_pool(x, "pool2")


def _inception(
    x: Any,
    module: str,
    *,
    three: tuple[int, int],
    five: tuple[int, int] | None = None,
    pool: int,
    one: int,
    euclidean: bool = False,
) -> Any:
    name = f"inception_{module}"
    paths = [_two_convolutions(x, three, 3, f"{name}_3x3")]
    if five is not None:
        paths.append(_two_convolutions(x, five, 5, f"{name}_5x5"))
    paths += [
        _pooled_path(x, pool, f"{name}_pool", euclidean),
        _convolution(x, one, 1, f"{name}_1x1_conv", f"{name}_1x1_bn"),
    ]
    return layers.Concatenate(name=name)(paths)


def _reduction(x: Any, module: str, *, three: tuple[int, int], five: tuple[int, int]) -> Any:
    name = f"inception_{module}"
    paths = [
        _two_convolutions(x, three, 3, f"{name}_3x3", strides=2),
        _two_convolutions(x, five, 5, f"{name}_5x5", strides=2),
    ]
    pooled = layers.MaxPooling2D(3, 2, name=f"{name}_pool")(x)
    paths.append(layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"{name}_pool_pad")(pooled))
    return layers.Concatenate(name=name)(paths)


def _two_convolutions(
    x: Any, filters: tuple[int, int], size: int, name: str, strides: int = 1
) -> Any:
    x = _convolution(x, filters[0], 1, f"{name}_conv1", f"{name}_bn1")
    return _convolution(x, filters[1], size, f"{name}_conv2", f"{name}_bn2", strides)


def _pooled_path(x: Any, filters: int, name: str, euclidean: bool) -> Any:
    pooled = _euclidean_pool(x, name) if euclidean else layers.MaxPooling2D(3, 2, name=name)(x)
    y = _convolution(pooled, filters, 1, f"{name}_conv", f"{name}_bn")
    missing = x.shape[1] - y.shape[1]
    before = missing // 2
    sides = (before, missing - before)
    return layers.ZeroPadding2D((sides, sides), name=f"{name}_pad")(y)


def _convolution(
    x: Any, filters: int, size: int, name: str, normalisation: str, strides: int = 1
) -> Any:
    # Padded on all sides: Keras's "same" pads a strided convolution on one side only.
    if size > 1:
        x = layers.ZeroPadding2D(size // 2, name=f"{name}_pad")(x)
    x = layers.Conv2D(filters, size, strides=strides, name=name)(x)
    x = layers.BatchNormalization(epsilon=_EPSILON, name=normalisation)(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _padded_pool(x: Any, name: str) -> Any:
    # What is pooled is never negative, so that zeros around it change no maximum.
    x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    return layers.MaxPooling2D(3, 2, name=name)(x)


def _euclidean_pool(x: Any, name: str) -> Any:
    """Return the square root of the sum of squares of each 3×3 window.

    Keras has no layer for the root, but the length of v is v · v / |v|, and it has one for the
    latter. The windows do not overlap, so they can be set apart by reshaping. What is added
    first keeps the gradient finite where a window is all zeros.
    """
    _, height, width, channels = x.shape
    windows = (height // 3, 3, width // 3, 3, channels)
    directions = layers.Rescaling(1.0, offset=1e-6, name=f"{name}_offset")(x)
    directions = layers.Reshape(windows, name=f"{name}_windows")(directions)
    directions = layers.UnitNormalization(axis=(2, 4), name=f"{name}_directions")(directions)
    directions = layers.Reshape(x.shape[1:], name=f"{name}_whole")(directions)
    parts = layers.Multiply(name=f"{name}_parts")([x, directions])
    mean = layers.AveragePooling2D(3, name=f"{name}_mean")(parts)
    return layers.Rescaling(9.0, name=name)(mean)


def _normalised_across_channels(x: Any, name: str) -> Any:
    """Return x / (1 + t)^0.75, where t is 1e-4 × the mean square of five neighbouring channels.

    Keras has no layer for the power. With s = t / (1 + t), which it calls softsign, the factor is
    (1 - s)^0.75 = 1 - 3/4 s - 3/32 s² - 5/128 s³ - …; the next term is below 1e-7 up to a root
    mean square of 20, and responses here, behind a batch normalisation, seldom pass 10.
    """
    _, height, width, channels = x.shape
    squares = layers.Multiply(name=f"{name}_squares")([x, x])
    rows = layers.Reshape((height * width, channels, 1), name=f"{name}_rows")(squares)
    rows = layers.ZeroPadding2D((0, 2), name=f"{name}_pad")(rows)
    means = layers.AveragePooling2D((1, 5), 1, name=f"{name}_means")(rows)
    means = layers.Reshape(x.shape[1:], name=f"{name}_maps")(means)
    t = layers.Rescaling(1e-4, name=f"{name}_t")(means)
    s = layers.Activation("softsign", name=f"{name}_s")(t)
    factor = layers.Rescaling(-5 / 128, offset=-3 / 32, name=f"{name}_third")(s)
    factor = layers.Multiply(name=f"{name}_second")([factor, s])
    factor = layers.Rescaling(1.0, offset=-3 / 4, name=f"{name}_first")(factor)
    factor = layers.Multiply(name=f"{name}_rest")([factor, s])
    factor = layers.Rescaling(1.0, offset=1.0, name=f"{name}_factor")(factor)
    return layers.Multiply(name=name)([x, factor])
