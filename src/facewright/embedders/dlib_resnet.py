"""dlib's face-recognition ResNet v1 as a Keras network.

A residual network of 29 convolutions after He et al., "Deep Residual Learning for Image
Recognition" (2016), with half the filters of their ResNet-34 and fewer layers, trained by Davis
King on about three million faces with a metric loss. It takes 150×150 chips and places each face
in 128 dimensions; its weights are in the public domain.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from facewright.embedders import dlib_weights
from facewright.embedders.blocks import layers_by_block
from facewright.embedders.dlib_weights import BLOCKS, Convolution, DlibResnetWeights

SIZE = 150
DIMENSION = 128
_SCALE = 256


def build(path: Path) -> keras.Model:
    """Build the network with its pretrained weights.

    Args:
        path: ``dlib_face_recognition_resnet_model_v1.dat``.

    Returns:
        RGB uint8 [N, 150, 150, 3] in, unit-length float32 [N, 128] out. The layer ``descriptor``
        holds what dlib itself answers, whose length is not one.
    """
    model = network()
    for name, values in _weights_by_layer(dlib_weights.read(path)):
        model.get_layer(name).set_weights(values)
    return model


def blocks(model: keras.Model) -> list[list[keras.layers.Layer]]:
    """Return the weighted layers block by block, from input to output."""
    names = [f"block{number}_" for number in range(1, len(BLOCKS) + 1)]
    return layers_by_block(model, ["stem", *names, "descriptor"])


def network(dimension: int = DIMENSION) -> keras.Model:
    """Build the network with random weights; shapes as in `build`."""
    chip = keras.Input((SIZE, SIZE, 3), dtype="uint8", name="chip")
    x = layers.Rescaling(1 / _SCALE, name="scale")(chip)
    x = layers.Conv2D(32, 7, strides=2, activation="relu", name="stem")(x)
    x = layers.MaxPooling2D(3, 2, name="stem_pool")(x)
    for number, (filters, halves) in enumerate(BLOCKS, start=1):
        x = _residual_block(x, filters, halves, f"block{number}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(dimension, use_bias=False, name="descriptor")(x)
    return keras.Model(chip, layers.UnitNormalization(name="embedding")(x), name="dlib_resnet_v1")


def _residual_block(x: Any, filters: int, halves: bool, name: str) -> Any:
    stride, padding = (2, "valid") if halves else (1, "same")
    path = layers.Conv2D(
        filters, 3, strides=stride, padding=padding, activation="relu", name=f"{name}_first"
    )(x)
    path = layers.Conv2D(filters, 3, padding="same", name=f"{name}_second")(path)
    skip = _halved(x, filters, name) if halves else x
    path = _grown(path, skip.shape[1] - path.shape[1], name)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([path, skip]))


def _halved(x: Any, filters: int, name: str) -> Any:
    halved = layers.AveragePooling2D(2, name=f"{name}_skip")(x)
    if halved.shape[-1] == filters:
        return halved
    # dlib adds maps of different depths as if the missing channels were zero.
    zeros = layers.Rescaling(0.0, name=f"{name}_zeros")(halved)
    return layers.Concatenate(name=f"{name}_deeper")([halved, zeros])


def _grown(path: Any, missing: int, name: str) -> Any:
    # A 3×3 window leaves one row and column fewer of an odd map than the 2×2 pooling of the skip;
    # dlib adds the two as if the missing ones, at the bottom and right, were zero.
    if not missing:
        return path
    return layers.ZeroPadding2D(((0, missing), (0, missing)), name=f"{name}_grown")(path)


def _weights_by_layer(
    weights: DlibResnetWeights,
) -> Iterator[tuple[str, list[NDArray[np.float32]]]]:
    # The first convolution has no padding, so taking the mean off the pixels is the same as
    # taking its response off the bias; the pixels then need one multiplication instead of two
    # passes, which a twentieth of the time of the whole network went into.
    stem = weights.stem
    response = stem.kernel.sum(axis=(2, 3)) @ (weights.mean / _SCALE)
    yield "stem", _keras_order(Convolution(stem.kernel, stem.bias - response))
    for number, block in enumerate(weights.blocks, start=1):
        yield f"block{number}_first", _keras_order(block.first)
        yield f"block{number}_second", _keras_order(block.second)
    yield "descriptor", [weights.projection.astype(np.float32)]


def _keras_order(convolution: Convolution) -> list[NDArray[np.float32]]:
    kernel = convolution.kernel.transpose(2, 3, 1, 0)
    return [kernel.astype(np.float32), convolution.bias.astype(np.float32)]
