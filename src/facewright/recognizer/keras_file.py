"""Reading `my_model.h5` as data: our own network, filled with the file's weights.

What the file says about layers is never built, so nothing stored in it can run. A file with a
Lambda layer is refused by name all the same: Facewright does not write such files.
"""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from facewright.embedders import stored_code, weights
from facewright.embedders.catalogue import architecture
from facewright.embedders.onnx_network import OnnxNetwork as Graph
from facewright.errors import ModelFileError
from facewright.recognizer.contract import CONTRACT_KEY, RecognitionContract, read_contract
from facewright.recognizer.keras_network import head_network, recognition_network

ONNX_EMBEDDER = "facewright_onnx_embedder"
"""Dataset with the embedder's graph, in models trained on `onnx:<file>`."""

_Run = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], NDArray[np.float32]]]


class KerasNetwork:
    """A trained network run by Keras.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        text, onnx_embedder = _read(path)
        self.contract = read_contract(text, path.name)
        stored_code.refuse_lambda(path)
        self._run = (
            _whole_network(path, self.contract)
            if onnx_embedder is None
            else _head_on(onnx_embedder, path, self.contract)
        )

    def run(self, chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run the network; see `facewright.recognizer.network.Network.run`."""
        return self._run(chips)


def _read(path: Path) -> tuple[str | None, bytes | None]:
    try:
        with h5py.File(path) as file:
            text = file.attrs.get(CONTRACT_KEY)
            stored = file.get(ONNX_EMBEDDER)
            return text, None if stored is None else stored[()].tobytes()
    except OSError as error:
        raise ModelFileError(
            f"{path.name} is not an HDF5 file that can be read: {error}",
            hint="give the file that training wrote",
        ) from error


def _whole_network(path: Path, contract: RecognitionContract) -> _Run:
    embedder = architecture(contract.embedder.name, contract.embedder.dimension)
    network = recognition_network(embedder, len(contract.labels))
    weights.fill(network, path)

    def run(chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        probabilities, embeddings = network.predict_on_batch(chips)
        return probabilities, embeddings

    return run


def _head_on(embedder: bytes, path: Path, contract: RecognitionContract) -> _Run:
    graph = Graph(embedder, path.name)
    head = head_network(contract.embedder.dimension, len(contract.labels))
    weights.fill(head, path)

    def run(chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        embeddings = graph.run(chips)["embedding"]
        return head.predict_on_batch(embeddings), embeddings

    return run
