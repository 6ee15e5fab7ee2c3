"""The embedders by name.

``dlib-resnet-v1``                 dlib's face-recognition ResNet v1, 128-d; the default
``facenet-nn4-small2``             OpenFace's nn4.small2, 128-d
``facenet-inception-resnet-v1``    FaceNet as Inception-ResNet v1, 128-d or 512-d
``stub``                           a fixed random projection, for tests
``onnx:<file>``                    any ONNX embedder with a sidecar beside it

Their modules hold heavy libraries and are imported when they are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from facewright.embedders import weights_files
from facewright.embedders.embedder import Embedder
from facewright.embedders.keras_embedder import KerasArchitecture, KerasEmbedder
from facewright.embedders.lazy import quiet_tensorflow, resolve
from facewright.errors import WeightsError
from facewright.system import digest

if TYPE_CHECKING:
    import keras

_ONNX_PREFIX = "onnx:"
_ONNX_EMBEDDER = "facewright.embedders.onnx_embedder:OnnxEmbedder"


class TrainableEmbedder(Embedder, Protocol):
    """An embedder whose network can be taken, to train on or to put a head on."""

    def onnx_bytes(self) -> bytes:
        """Return the network as ONNX: ``chip`` uint8 [n, size, size, 3] → ``embedding``."""
        ...

    def network(self) -> "keras.Model":
        """Return the network in Keras, ``chip`` → ``embedding``; WeightsError if it has none."""
        ...

    def blocks(self, model: "keras.Model") -> "list[list[keras.layers.Layer]]":
        """Return the weighted layers of `network()`'s model in blocks, from input to output."""
        ...


@dataclass(frozen=True)
class _Entry:
    architecture: KerasArchitecture
    files: tuple[str, ...]
    package: str | None = None
    hint: str = "put one of these files into the shared folder"


def _facenet_normalisation(dimension: int) -> str:
    if dimension == 512:
        return "(pixel - 127.5) / 128"
    return "each chip to mean 0 and standard deviation 1"


_ENTRIES = {
    entry.architecture.name: entry
    for entry in (
        _Entry(
            KerasArchitecture(
                name="dlib-resnet-v1",
                module="facewright.embedders.dlib_resnet",
                dimensions=(128,),
                size=150,
                alignment="dlib",
                normalisation=lambda _: "(pixel - (122.782, 117.001, 104.298)) / 256",
            ),
            files=("dlib_face_recognition_resnet_model_v1.dat",),
            package="face_recognition_models",
            hint="run `pip install face_recognition_models`, which carries the file",
        ),
        _Entry(
            KerasArchitecture(
                name="facenet-nn4-small2",
                module="facewright.embedders.facenet_nn4_small2",
                dimensions=(128,),
                size=96,
                alignment="centre-crop",
                normalisation=lambda _: "pixel / 255",
            ),
            files=(
                "pretrained_weights.h5",
                "facenet_nn4_small2_v7.h5",
                "nn4.small2.v1.h5",
                "openface_weights.h5",
            ),
        ),
        _Entry(
            KerasArchitecture(
                name="facenet-inception-resnet-v1",
                module="facewright.embedders.facenet_inception_resnet",
                dimensions=(128, 512),
                size=160,
                alignment="dlib",
                normalisation=_facenet_normalisation,
            ),
            files=(
                "facenet_keras_weights.h5",
                "facenet_keras.h5",
                "facenet512_weights.h5",
                "facenet_weights.h5",
            ),
        ),
        _Entry(
            KerasArchitecture(
                name="stub",
                module="facewright.embedders.stub",
                dimensions=(16,),
                size=32,
                alignment="dlib",
                normalisation=lambda _: "pixel / 127.5 - 1",
            ),
            files=(),
        ),
    )
}

NAMES = (*_ENTRIES, f"{_ONNX_PREFIX}<file>")
DEFAULT = "dlib-resnet-v1"


def load_embedder(
    name: str, *, weights: Path | Sequence[Path] | None, cache: Path, threads: int = 1
) -> TrainableEmbedder:
    """Load an embedder.

    Example::

        embedder = load_embedder("dlib-resnet-v1", weights=None, cache=Path("cache"))
        embeddings = embedder.embed(chips)

    Args:
        name: One of `NAMES`. The file of ``onnx:<file>`` may be relative to a weights folder.
        weights: Folder or folders to search for pretrained files, such as the shared folder.
        cache: Folder for networks exported to ONNX, so that TensorFlow is needed only once.
        threads: How many threads one run of the network uses.

    Raises:
        WeightsError: When there is no embedder of that name, or its file is missing, holds
            something else, or is unsafe.
    """
    folders = _folders(weights)
    if name.startswith(_ONNX_PREFIX):
        path = _onnx_file(name.removeprefix(_ONNX_PREFIX), folders)
        embedder: TrainableEmbedder = resolve(_ONNX_EMBEDDER)(path, threads=threads)
        return embedder
    return _load_keras(_entry(name, NAMES), folders, cache, threads)


def architecture(name: str, dimension: int) -> "keras.Model":
    """Build an embedder's Keras network with random weights, to be filled from a model file.

    Args:
        name: One of `NAMES` that has a Keras form.
        dimension: Length of its embeddings.

    Raises:
        WeightsError: When there is no such embedder, or it has no Keras form.
    """
    chosen = _entry(name, tuple(_ENTRIES)).architecture
    if dimension not in chosen.dimensions:
        raise WeightsError(
            f"{name} has no such embedding: expected a length of "
            f"{' or '.join(map(str, chosen.dimensions))}, received {dimension}",
            hint="use the version of Facewright that trained the model",
        )
    with quiet_tensorflow():
        return resolve(f"{chosen.module}:network")(dimension)


def references() -> tuple[str, ...]:
    """Return every lazy reference of the catalogue, as ``module:name``."""
    modules = [entry.architecture.module for entry in _ENTRIES.values()]
    functions = [
        f"{module}:{name}" for module in modules for name in ("build", "network", "blocks")
    ]
    return (*functions, _ONNX_EMBEDDER)


def _entry(name: str, known: tuple[str, ...]) -> _Entry:
    if name not in _ENTRIES:
        raise WeightsError(
            f"no embedder of that name: expected one of {', '.join(known)}, received {name!r}",
            hint="check the spelling, or describe your own network as `onnx:<file>`",
        )
    return _ENTRIES[name]


def _load_keras(entry: _Entry, folders: Sequence[Path], cache: Path, threads: int) -> KerasEmbedder:
    path = None
    if entry.files:
        path = weights_files.find(entry.files, folders, package=entry.package, hint=entry.hint)
    # Generated weights have no file; their recipe is their identity.
    known_as = digest.of_file(path) if path else digest.of_text(f"{entry.architecture.name} 1")
    return KerasEmbedder(entry.architecture, path, digest=known_as, cache=cache, threads=threads)


def _folders(weights: Path | Sequence[Path] | None) -> list[Path]:
    if weights is None:
        return []
    return [weights] if isinstance(weights, Path) else list(weights)


def _onnx_file(name: str, folders: Sequence[Path]) -> Path:
    if Path(name).is_file():
        return Path(name)
    return weights_files.find(
        [name],
        [] if Path(name).is_absolute() else folders,
        package=None,
        hint="give the path of an ONNX file",
    )
