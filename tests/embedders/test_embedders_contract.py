"""What every embedder promises."""

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embedders_files import assorted_chips
from numpy.typing import NDArray

from facewright.embedders.catalogue import TrainableEmbedder
from facewright.embedders.onnx_network import OnnxNetwork
from facewright.embedders.stored_code import refuse_lambda
from facewright.errors import InputError, WeightsError


def test_embeddings_are_float32_of_unit_length(embedder: TrainableEmbedder) -> None:
    embeddings = embedder.embed(assorted_chips(embedder.chip.size, 8))
    assert embeddings.dtype == np.float32
    assert embeddings.shape == (8, embedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)


def test_no_chips_give_no_embeddings(embedder: TrainableEmbedder) -> None:
    size = embedder.chip.size
    embeddings = embedder.embed(np.empty((0, size, size, 3), np.uint8))
    assert embeddings.shape == (0, embedder.dimension)
    assert embeddings.dtype == np.float32


def test_many_chips_are_embedded_as_one_by_one(embedder: TrainableEmbedder) -> None:
    chips = assorted_chips(embedder.chip.size, 33)
    singly = np.concatenate([embedder.embed(chip[None]) for chip in chips])
    np.testing.assert_allclose(embedder.embed(chips), singly, atol=1e-5)


def test_embedding_twice_gives_the_same(embedder: TrainableEmbedder) -> None:
    chips = assorted_chips(embedder.chip.size, 5)
    np.testing.assert_array_equal(embedder.embed(chips), embedder.embed(chips))


def test_different_faces_get_different_embeddings(embedder: TrainableEmbedder) -> None:
    chips = assorted_chips(embedder.chip.size, 8)[4:]
    embeddings = embedder.embed(chips)
    distances = np.linalg.norm(embeddings[:, None] - embeddings[None], axis=-1)
    assert distances[~np.eye(4, dtype=bool)].min() > 1e-3


@pytest.mark.parametrize("kind", ["size", "dimensions", "channels", "type"])
def test_other_chips_are_refused(embedder: TrainableEmbedder, kind: str) -> None:
    size = embedder.chip.size
    chips: dict[str, NDArray[Any]] = {
        "size": np.zeros((1, size + 1, size, 3), np.uint8),
        "dimensions": np.zeros((size, size, 3), np.uint8),
        "channels": np.zeros((1, 3, size, size), np.uint8),
        "type": np.zeros((1, size, size, 3), np.float32),
    }
    wrong = chips[kind]
    expected = f"expected uint8 [N, {size}, {size}, 3], received {wrong.dtype} {list(wrong.shape)}"
    with pytest.raises(InputError, match=re.escape(expected)):
        embedder.embed(wrong)


def test_names_and_digests_identify(embedder: TrainableEmbedder) -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", embedder.digest)
    assert embedder.chip.alignment in ("dlib", "centre-crop", "arcface")
    assert embedder.chip.normalisation


def test_onnx_bytes_are_the_whole_embedder(embedder: TrainableEmbedder) -> None:
    network = OnnxNetwork(embedder.onnx_bytes(), "copy")
    assert network.size == embedder.chip.size
    assert network.outputs == {"embedding": embedder.dimension}
    chips = assorted_chips(embedder.chip.size, 3)
    np.testing.assert_array_equal(network.run(chips)["embedding"], embedder.embed(chips))


def test_keras_network_and_onnx_agree(keras_embedder: TrainableEmbedder) -> None:
    chips = assorted_chips(keras_embedder.chip.size, 6)
    model = keras_embedder.network()
    assert [value.name for value in (*model.inputs, model.layers[-1])] == ["chip", "embedding"]
    received = model.predict_on_batch(chips)
    np.testing.assert_allclose(received, keras_embedder.embed(chips), atol=1e-4)


def test_blocks_hold_every_weighted_layer_once_in_order(keras_embedder: TrainableEmbedder) -> None:
    model = keras_embedder.network()
    blocks = keras_embedder.blocks(model)
    assert all(blocks)
    inside = list(chain.from_iterable(blocks))
    weighted = [layer for layer in model.layers if layer.weights]
    assert len(inside) == len(weighted) == len({id(layer) for layer in inside})
    assert {layer.name for layer in inside} == {layer.name for layer in weighted}
    # Within a block branches run side by side; between blocks the order is the network's.
    last = -1
    for block in blocks:
        positions = [weighted.index(layer) for layer in block]
        assert min(positions) > last
        last = max(positions)


def test_saved_network_is_a_file_without_code(
    keras_embedder: TrainableEmbedder, tmp_path: Path
) -> None:
    model = keras_embedder.network()
    model.save(tmp_path / "network.h5")
    refuse_lambda(tmp_path / "network.h5")
    assert all(type(layer).__module__.startswith("keras.src.layers") for layer in model.layers)


def test_onnx_file_has_no_keras_network(load: Callable[[str], TrainableEmbedder]) -> None:
    embedder = load("onnx:small.onnx")
    with pytest.raises(WeightsError, match="has no Keras network") as caught:
        embedder.network()
    assert caught.value.hint == "train the head alone, or choose another embedder to fine-tune"
