"""Training the last blocks of the pretrained network together with the head."""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from facewright.classifier.head import HeadWeights
from facewright.errors import TrainingError
from facewright.recognizer.keras_network import PROBABILITIES
from facewright.training.fit_head import fit_classifier
from facewright.training.recipe import Recipe
from facewright.training.reporter import Reporter

_SLOWER = 100
"""Pretrained weights move this much slower than the head: they are nearly right already."""


def fine_tune(
    network: keras.Model,
    blocks: list[list[keras.layers.Layer]],
    chips: NDArray[np.uint8],
    targets: Sequence[int],
    recipe: Recipe,
    reporter: Reporter,
) -> HeadWeights:
    """Train the last `recipe.fine_tune` blocks and the head, in place.

    Batch normalisation keeps its averages: a few photos would only spoil them.

    Args:
        network: The recognition network with the fitted head.
        blocks: The embedder's weighted layers, block by block, from input to output.
        chips: Training chips, uint8 [N, S, S, 3].
        targets: Index of each chip's label.
        recipe: What to train and how.
        reporter: Hears loss and accuracy of each epoch.

    Returns:
        The head as it is now.

    Raises:
        TrainingError: The embedder has fewer blocks.
    """
    _check(recipe, len(blocks))
    _unfreeze(network, blocks[-recipe.fine_tune :])
    keras.utils.set_random_seed(recipe.seed)
    classifier = keras.Model(network.input, network.get_layer(PROBABILITIES).output)
    rate = recipe.learning_rate / _SLOWER
    fit_classifier(classifier, chips, targets, rate, recipe, reporter)
    kernel, bias = network.get_layer(PROBABILITIES).get_weights()
    return HeadWeights(kernel, bias)


def _check(recipe: Recipe, blocks: int) -> None:
    if recipe.fine_tune > blocks:
        raise TrainingError(
            f"too many blocks to fine-tune: {recipe.embedder} has {blocks}, "
            f"received {recipe.fine_tune}",
            hint=f"give --fine-tune a number from 0 to {blocks}",
        )


def _unfreeze(network: keras.Model, blocks: list[list[keras.layers.Layer]]) -> None:
    for layer in network.layers:
        layer.trainable = layer.name == PROBABILITIES
    for layer in (layer for block in blocks for layer in block):
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
