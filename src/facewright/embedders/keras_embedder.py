"""Embedders that are Keras networks, run as ONNX."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from facewright.embedders.embedder import ChipFormat
from facewright.embedders.lazy import quiet_tensorflow, resolve
from facewright.embedders.onnx_network import OnnxNetwork
from facewright.errors import WeightsError
from facewright.system.files import write_bytes

if TYPE_CHECKING:
    import keras

# Changes when the same weights would be exported as another graph.
EXPORT_FORMAT = 1

_EXPORTER = "facewright.embedders.keras_export:to_onnx"


@dataclass(frozen=True)
class KerasArchitecture:
    """A Keras network that this package can build.

    Attributes:
        name: Name in the catalogue.
        module: The leaf module; it offers ``build(path) -> keras.Model``,
            ``network(dimension) -> keras.Model``, which has random weights, and
            ``blocks(model) -> list[list[Layer]]``.
        dimensions: The lengths its embedding can have.
        size: Edge of its chips, in pixels.
        alignment: How its chips are cut.
        normalisation: What it does to pixels, in words, by the dimension of the embedding.
    """

    name: str
    module: str
    dimensions: tuple[int, ...]
    size: int
    alignment: str
    normalisation: Callable[[int], str]


class KerasEmbedder:
    """An embedder with two forms: a Keras network to train on, and its ONNX export to run.

    The export is made once for each pretrained file and kept in the cache, so that running needs
    neither Keras nor TensorFlow.

    Args:
        architecture: Which network.
        weights: The pretrained file.
        digest: Its SHA-256, ``sha256:<hex>``.
        cache: Folder for the exported graph.
        threads: How many threads one run uses.

    Attributes:
        name: Name in the catalogue.
        digest: SHA-256 of the pretrained file, ``sha256:<hex>``.
        dimension: Length of an embedding.
        chip: The chips it wants.
    """

    def __init__(
        self,
        architecture: KerasArchitecture,
        weights: Path | None,
        *,
        digest: str,
        cache: Path,
        threads: int = 1,
    ) -> None:
        self.name = architecture.name
        self.digest = digest
        self._architecture = architecture
        self._weights = weights
        short = digest.removeprefix("sha256:")[:12]
        self._exported = cache / "embedders" / f"{self.name}-{short}-{EXPORT_FORMAT}.onnx"
        self._onnx = self._cached_network(threads)
        self.dimension = self._onnx.outputs["embedding"]
        self.chip = ChipFormat(
            architecture.size, architecture.alignment, architecture.normalisation(self.dimension)
        )

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed chips, as `facewright.embedders.embedder.Embedder` says."""
        return self._onnx.run(chips)["embedding"]

    def onnx_bytes(self) -> bytes:
        """Return the network as ONNX: ``chip`` uint8 [n, size, size, 3] → ``embedding``."""
        return self._exported.read_bytes()

    def network(self) -> "keras.Model":
        """Build the network in Keras, with its pretrained weights; this loads TensorFlow."""
        with quiet_tensorflow():
            return resolve(f"{self._architecture.module}:build")(self._weights)

    def blocks(self, model: "keras.Model") -> "list[list[keras.layers.Layer]]":
        """Return the weighted layers of `network()`'s model in blocks, from input to output."""
        blocks: list[list[keras.layers.Layer]]
        blocks = resolve(f"{self._architecture.module}:blocks")(model)
        return blocks

    def _cached_network(self, threads: int) -> OnnxNetwork:
        name = self._exported.name
        if self._exported.is_file():
            try:
                return OnnxNetwork(self._exported.read_bytes(), name, threads)
            except WeightsError:
                self._exported.unlink()  # a damaged export is only a copy: make it again
        data = self._export()
        write_bytes(self._exported, data)
        return OnnxNetwork(data, name, threads)

    def _export(self) -> bytes:
        model = self.network()
        metadata = {"facewright_embedder": self.name, "facewright_weights": self.digest}
        with quiet_tensorflow():
            exported: bytes = resolve(_EXPORTER)(model, metadata)
        return exported
