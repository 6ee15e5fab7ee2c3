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
from filelock import FileLock

from facewright.embedders.catalogue import TrainableEmbedder, load_embedder

KERAS_NAMES = ("stub", "dlib-resnet-v1", "facenet-nn4-small2", "facenet-inception-resnet-v1")


@pytest.fixture(scope="session")
def weights_folder(run_folder: Path) -> Path:
    """A shared folder with files of the well-known names and layouts."""
    folder = run_folder / "embedder-weights"
    with FileLock(run_folder / "embedders.lock"):
        if not folder.exists():
            (folder / "train").mkdir(parents=True)
            write_onnx_embedder(folder / "small.onnx", SIDECAR)
    return folder


@pytest.fixture(scope="session")
def load(weights_folder: Path, run_folder: Path) -> Callable[[str], TrainableEmbedder]:
    """Loads an embedder by name, exported once for all workers of this run: it takes seconds."""
    loaded: dict[str, TrainableEmbedder] = {}

    def load(name: str) -> TrainableEmbedder:
        if name not in loaded:
            with FileLock(run_folder / "embedders.lock"):
                _write_pretrained(name, weights_folder / "train")
                loaded[name] = load_embedder(
                    name, weights=weights_folder, cache=run_folder / "embedder-cache"
                )
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
    weights, model = folder / "pretrained_weights.h5", folder / "facenet_keras.h5"
    if name == "facenet-nn4-small2" and not weights.exists():
        write_weights_file(weights, random_tensors("facenet_nn4_small2", 128))
    if name == "facenet-inception-resnet-v1" and not model.exists():
        write_model_file(model, random_tensors("facenet_inception_resnet", 128), [LAMBDA_LAYER])
