"""A tiny embedder for tests: a fixed random projection of a blurred chip.

It recognises a photo shown twice, and little more, but takes the same way as the real ones: a
Keras network, exported to ONNX, cached, and run there.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

from facewright.embedders.blocks import layers_by_block

SIZE = 32
DIMENSION = 16
_SEED = 20161


def build(path: Path | None = None) -> keras.Model:
    """Build the network; its weights are drawn from a fixed seed, so `path` is not needed.

    Returns:
        RGB uint8 [N, 32, 32, 3] in, unit-length float32 [N, 16] out.
    """
    model = network()
    random = np.random.default_rng(_SEED)
    layer = model.get_layer("projection")
    layer.set_weights([random.standard_normal(weight.shape) for weight in layer.weights])
    return model


def network(dimension: int = DIMENSION) -> keras.Model:
    """Build the network with random weights; shapes as in `build`."""
    chip = keras.Input((SIZE, SIZE, 3), dtype="uint8", name="chip")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(chip)
    x = layers.AveragePooling2D(4, name="blur")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(dimension, name="projection")(x)
    return keras.Model(chip, layers.UnitNormalization(name="embedding")(x), name="stub")


def blocks(model: keras.Model) -> list[list[keras.layers.Layer]]:
    """Return the weighted layers block by block, from input to output."""
    return layers_by_block(model, ["projection"])
