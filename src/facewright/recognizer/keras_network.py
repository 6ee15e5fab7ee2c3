"""The network that is trained and saved: a pretrained embedder under a dense softmax head.

Layers of Keras only, so that `my_model.h5` opens with Keras alone.
"""

import keras

from facewright.classifier.head import HEAD_SCALE, HeadWeights

PROBABILITIES, EMBEDDING = "probabilities", "embedding"


def head_network(dimension: int, classes: int) -> keras.Model:
    """Return the head alone: embeddings, float32 [N, D] → probabilities, float32 [N, classes]."""
    embedding = keras.Input((dimension,), name=EMBEDDING)
    return keras.Model(embedding, _on_embedding(embedding, classes), name="head")


def recognition_network(embedder: keras.Model, classes: int) -> keras.Model:
    """Return embedder and head: chips [N, S, S, 3] → [probabilities, embedding]."""
    probabilities = _on_embedding(embedder.output, classes)
    return keras.Model(embedder.input, [probabilities, embedder.output], name="recognizer")


def with_head(embedder: keras.Model | None, head: HeadWeights) -> keras.Model:
    """Return `recognition_network` with a trained head; the head alone without an embedder."""
    dimension, classes = head.kernel.shape
    network = (
        recognition_network(embedder, classes) if embedder else head_network(dimension, classes)
    )
    network.get_layer(PROBABILITIES).set_weights([head.kernel, head.bias])
    return network


def embedder_of(network: keras.Model) -> keras.Model:
    """Return the embedder inside a recognition network, sharing its weights."""
    return keras.Model(network.input, network.get_layer(EMBEDDING).output, name="embedder")


def _on_embedding(embedding: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    stretched = keras.layers.Rescaling(HEAD_SCALE, name="head_scale")(embedding)
    return keras.layers.Dense(classes, activation="softmax", name=PROBABILITIES)(stretched)
