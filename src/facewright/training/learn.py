"""The part of a run that learns: the head, and the embedder's last blocks when asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.head import HeadWeights
from facewright.embedders.catalogue import TrainableEmbedder
from facewright.embedders.lazy import quiet_tensorflow, resolve
from facewright.training.embed import Embedded
from facewright.training.examine import Examiner
from facewright.training.recipe import Recipe
from facewright.training.reporter import Reporter


@dataclass(frozen=True)
class Learned:
    """What training produced.

    Attributes:
        head: The dense softmax layer.
        vectors: Embeddings of all photos by the embedder as it is now, float32 [N, D].
        probabilities: The head's output for them, float32 [N, classes].
        tuned: The fine-tuned recognition network of Keras, or None.
    """

    head: HeadWeights
    vectors: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    tuned: Any = None

    @property
    def embed(self) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]] | None:
        """Embeds chips with the fine-tuned network; None when the embedder is as it was."""
        if self.tuned is None:
            return None
        return lambda chips: self.tuned.predict_on_batch(chips)[1]


def learn(
    embedded: Embedded,
    held_out: NDArray[np.bool_],
    labels: tuple[str, ...],
    embedder: TrainableEmbedder,
    examiner: Examiner,
    recipe: Recipe,
    reporter: Reporter,
) -> Learned:
    """Train on the photos that are not held out.

    Raises:
        TrainingError: The embedder has fewer blocks than are to be fine-tuned.
        WeightsError: The embedder has no Keras form to fine-tune.
    """
    targets = np.array([labels.index(photo.label) for photo in embedded.photos])
    training = ~held_out
    vectors = embedded.vectors
    reporter.say(f"Training the head on {int(training.sum())} photos of {len(labels)} labels")
    chosen = targets[training].tolist()
    head = _fitted(vectors[training], chosen, len(labels), recipe, reporter)
    if not recipe.fine_tune:
        return Learned(head, vectors, head.probabilities(vectors))
    chips = np.stack([examiner.cut(photo.path.read_bytes()) for photo in embedded.photos])
    return _tuned(embedder, head, chips, targets, training, recipe, reporter)


def _fitted(
    vectors: NDArray[np.float32],
    targets: list[int],
    classes: int,
    recipe: Recipe,
    reporter: Reporter,
) -> HeadWeights:
    with quiet_tensorflow():
        fit_head = resolve("facewright.training.fit_head:fit_head")
        head: HeadWeights = fit_head(vectors, targets, classes, recipe, reporter)
    return head


def _tuned(
    embedder: TrainableEmbedder,
    head: HeadWeights,
    chips: NDArray[np.uint8],
    targets: NDArray[np.int64],
    training: NDArray[np.bool_],
    recipe: Recipe,
    reporter: Reporter,
) -> Learned:
    from facewright.recognizer.keras_network import PROBABILITIES, recognition_network
    from facewright.training.fine_tune import fine_tune

    keras_embedder = embedder.network()
    network = recognition_network(keras_embedder, head.bias.size)
    network.get_layer(PROBABILITIES).set_weights([head.kernel, head.bias])
    reporter.say(f"Fine-tuning the last {recipe.fine_tune} blocks of {embedder.name}")
    blocks = embedder.blocks(keras_embedder)
    chosen = targets[training].tolist()
    tuned = fine_tune(network, blocks, chips[training], chosen, recipe, reporter)
    probabilities, vectors = network.predict(chips, batch_size=32, verbose=0)
    return Learned(tuned, vectors, probabilities, network)
