"""Reading `my_model.onnx`; no TensorFlow is imported."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.embedders.onnx_network import OnnxNetwork as Graph
from facewright.errors import ModelFileError, WeightsMismatch
from facewright.recognizer.contract import CONTRACT_KEY, read_contract


class OnnxNetwork:
    """A trained network run by ONNX Runtime.

    Args:
        path: The file.
        threads: Threads for one run.

    Raises:
        ModelFileError: Not a network, or not one of Facewright's.
        UnsafeModelFile: It names other files to be read.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        try:
            self._graph = Graph(path.read_bytes(), path.name, threads)
        except WeightsMismatch as error:
            raise ModelFileError(
                error.message, hint="give the `my_model.onnx` that training wrote"
            ) from error
        self.contract = read_contract(self._graph.metadata.get(CONTRACT_KEY), path.name)

    def run(self, chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run the network; see `facewright.recognizer.network.Network.run`."""
        outputs = self._graph.run(chips)
        return outputs["probabilities"], outputs["embedding"]
