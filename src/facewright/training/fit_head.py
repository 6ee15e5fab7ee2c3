"""Training the dense softmax head on embeddings, with Adam."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from facewright.classifier.head import HeadWeights
from facewright.recognizer.keras_network import PROBABILITIES, head_network
from facewright.training.recipe import Recipe
from facewright.training.reporter import Reporter


class EpochReport(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Tells a reporter the loss and the accuracy of each epoch."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Pass the epoch's numbers on."""
        for name, value in (logs or {}).items():
            self._reporter.metric(f"training_{name}", float(value), step=epoch + 1)


def fit_head(
    vectors: NDArray[np.float32],
    targets: Sequence[int],
    classes: int,
    recipe: Recipe,
    reporter: Reporter,
) -> HeadWeights:
    """Train the head.

    Args:
        vectors: Embeddings, unit length, float32 [N, D].
        targets: Index of each row's label.
        classes: How many labels there are.
        recipe: Epochs, batch size, learning rate and seed.
        reporter: Hears loss and accuracy of each epoch.
    """
    keras.utils.set_random_seed(recipe.seed)
    network = head_network(vectors.shape[1], classes)
    fit_classifier(network, vectors, targets, recipe.learning_rate, recipe, reporter)
    kernel, bias = network.get_layer(PROBABILITIES).get_weights()
    return HeadWeights(kernel, bias)


def fit_classifier(
    network: keras.Model,
    inputs: NDArray[Any],
    targets: Sequence[int],
    learning_rate: float,
    recipe: Recipe,
    reporter: Reporter,
) -> None:
    """Fit a network with softmax output to label indices, with Adam, in place.

    Args:
        network: What to fit; frozen layers stay as they are.
        inputs: Its inputs, [N, …].
        targets: Index of each row's label.
        learning_rate: Adam's step size.
        recipe: Epochs and batch size.
        reporter: Hears loss and accuracy of each epoch.
    """
    network.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    network.fit(
        inputs,
        np.asarray(targets),
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        verbose=0,
        callbacks=[EpochReport(reporter)],
    )
