from collections.abc import Callable
from pathlib import Path

import pytest
from embedders_files import (
    LAMBDA_LAYER,
    SIDECAR,
    random_tensors,
    write_model_file,
    write_onnx_embedder,
    write_weights_file,
)

from facewright.embedders.catalogue import TrainableEmbedder, load_embedder

KERAS_NAMES = ("stub", "dlib-resnet-v1", "facenet-nn4-small2", "facenet-inception-resnet-v1")


@pytest.fixture(scope="session")
def weights_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shared folder with files of the well-known names and layouts."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "train").mkdir()
    write_onnx_embedder(folder / "small.onnx", SIDECAR)
    return folder


@pytest.fixture(scope="session")
def load(
    weights_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], TrainableEmbedder]:
    """Loads an embedder by name, once for the whole session: exports take seconds."""
    cache = tmp_path_factory.mktemp("cache")
    loaded: dict[str, TrainableEmbedder] = {}

    def load(name: str) -> TrainableEmbedder:
        if name not in loaded:
            _write_pretrained(name, weights_folder / "train")
            loaded[name] = load_embedder(name, weights=weights_folder, cache=cache)
        return loaded[name]

    return load


@pytest.fixture(params=[*KERAS_NAMES, "onnx:small.onnx"])
def embedder(
    request: pytest.FixtureRequest, load: Callable[[str], TrainableEmbedder]
) -> TrainableEmbedder:
    return load(request.param)


@pytest.fixture(params=KERAS_NAMES)
def keras_embedder(
    request: pytest.FixtureRequest, load: Callable[[str], TrainableEmbedder]
) -> TrainableEmbedder:
    return load(request.param)


def _write_pretrained(name: str, folder: Path) -> None:
    if name == "facenet-nn4-small2":
        tensors = random_tensors("facenet_nn4_small2", 128)
        write_weights_file(folder / "pretrained_weights.h5", tensors)
    if name == "facenet-inception-resnet-v1":
        tensors = random_tensors("facenet_inception_resnet", 128)
        write_model_file(folder / "facenet_keras.h5", tensors, [LAMBDA_LAYER])
