"""The port of pretrained networks: aligned chips in, unit-length embeddings out."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ChipFormat:
    """What an embedder wants to be shown.

    Attributes:
        size: Edge of the square chip, in pixels.
        alignment: Name of the alignment that cuts the chip (see `facewright.faces.align`).
        normalisation: What the network itself does to the pixels first, in words; a record for
            the reader of a model file, since the network's graph is what does it.
    """

    size: int
    alignment: str
    normalisation: str


class Embedder(Protocol):
    """A pretrained network that turns a face into a point.

    Every embedder takes the same chips, whatever colour order or normalisation its network was
    trained with: that belongs to the network and is part of its graph.

    Attributes:
        name: Name in the catalogue, such as ``dlib-resnet-v1``.
        digest: SHA-256 of the pretrained weights, ``sha256:<hex>``.
        dimension: Length of an embedding.
        chip: The chips it wants.
    """

    name: str
    digest: str
    dimension: int
    chip: ChipFormat

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed chips.

        Args:
            chips: Aligned faces in RGB, uint8 [N, size, size, 3], N ≥ 0.

        Returns:
            Unit-length embeddings, float32 [N, dimension].
        """
        ...
