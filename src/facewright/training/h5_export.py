"""Writing `my_model.h5`: the same network for Keras, and the contract."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import keras
import numpy as np

from facewright.recognizer.contract import CONTRACT_KEY, RecognitionContract
from facewright.recognizer.keras_file import ONNX_EMBEDDER


def write_h5(
    path: Path,
    network: keras.Model,
    contract: RecognitionContract,
    onnx_embedder: bytes | None = None,
) -> None:
    """Write the trained network for Keras.

    Args:
        path: Where to write; ends in `.h5`.
        network: The recognition network; the head alone when the embedder is an ONNX file.
        contract: Goes into an attribute of the file.
        onnx_embedder: That ONNX file, which goes into a dataset.
    """
    with _without_legacy_warning():
        network.save(path, include_optimizer=False)
    with h5py.File(path, "r+") as file:
        file.attrs[CONTRACT_KEY] = contract.model_dump_json()
        if onnx_embedder is not None:
            file.create_dataset(ONNX_EMBEDDER, data=np.frombuffer(onnx_embedder, np.uint8))


@contextmanager
def _without_legacy_warning() -> Iterator[None]:
    # Keras advises its newer format at each save; the original's users want `.h5`.
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
