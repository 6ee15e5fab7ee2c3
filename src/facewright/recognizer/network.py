"""The port of a trained network: chips in, probabilities and embeddings out."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facewright.errors import MissingLibrary, ModelFileError
from facewright.recognizer.contract import RecognitionContract
from facewright.recognizer.threads import network_threads

_READERS = {
    ".onnx": ("facewright.recognizer.onnx_file:OnnxNetwork", "serve"),
    ".h5": ("facewright.recognizer.keras_file:KerasNetwork", "train"),
}


class Network(Protocol):
    """A network read from a model file.

    Attributes:
        contract: What the file says about how to use it.
    """

    contract: RecognitionContract

    def run(self, chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run the network.

        Args:
            chips: Aligned faces in RGB, uint8 [N, size, size, 3], N ≥ 1.

        Returns:
            Probabilities, float32 [N, classes], and unit-length embeddings, float32 [N, D].
        """
        ...


def load_network(path: Path) -> Network:
    """Read `my_model.onnx` or `my_model.h5`; only the latter takes TensorFlow.

    Raises:
        ModelFileError: Missing, of another kind, or not written by Facewright.
        UnsafeModelFile: The file carries code.
        MissingLibrary: The library that reads this kind of file is not installed.
    """
    if not path.is_file():
        raise ModelFileError(
            f"no such model file: {path}", hint="train first: `facewright train`, or `train.py`"
        )
    if path.suffix not in _READERS:
        raise ModelFileError(
            f"not a model file: expected {' or '.join(_READERS)}, received {path.name}"
        )
    target, extra = _READERS[path.suffix]
    module, _, attribute = target.partition(":")
    try:
        reader: Callable[..., Network] = getattr(import_module(module), attribute)
        # Keras takes its threads from TensorFlow's own settings.
        return reader(path, network_threads()) if path.suffix == ".onnx" else reader(path)
    except ImportError as error:
        raise MissingLibrary(
            f"reading {path.suffix} files needs the library {error.name}, which is not installed",
            hint=f"run `pip install 'facewright[{extra}]'`",
        ) from error
