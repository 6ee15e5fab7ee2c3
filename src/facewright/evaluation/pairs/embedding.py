"""From photo files to one embedding each, as the pairs protocol asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facewright.embedders.catalogue import load_embedder
from facewright.embedders.embedder import ChipFormat
from facewright.errors import FacewrightError, NoFaceFound, PhotoUnreadable
from facewright.faces.align import load_alignment
from facewright.faces.detector import Detector, load_detector
from facewright.faces.face import Face, Pixels
from facewright.faces.landmarks import find_landmarks
from facewright.faces.photo import decode_photo
from facewright.recognizer.network import Network, load_network

Vectors = NDArray[np.float32]
"""Unit-length embeddings, float32 [N, D]."""


@dataclass(frozen=True)
class Sight:
    """What was seen on one photo.

    Attributes:
        vector: Unit-length embedding, float32 [D]; None when no face could be used.
        reason: Why there is none; None when there is one.
        faces: How many faces were found.
    """

    vector: NDArray[np.float32] | None
    reason: str | None
    faces: int


@dataclass(frozen=True)
class EmbeddingRecipe:
    """How to make the eyes of an evaluation; plain values, for other processes.

    Attributes:
        embedder: Name in the catalogue of embedders.
        detector: Name of a detector.
        model: A trained model's file, whose embedder and detector are used instead; or None.
        mirror: Whether the embedding of a chip and of its mirror image are averaged.
        weights: Folder of pretrained files, or None.
        cache: Folder for exported networks.
    """

    embedder: str
    detector: str
    model: Path | None
    mirror: bool
    weights: Path | None
    cache: Path

    def build(self) -> "Eyes":
        """Load detector and embedder.

        Raises:
            WeightsError: The embedder or the detector is not there, or its weights are not.
            ModelFileError: The model file cannot be used.
        """
        if self.model is None:
            detector = load_detector(self.detector, weights=self.weights)
            embedder = load_embedder(self.embedder, weights=self.weights, cache=self.cache)
            return Eyes(self, detector, embedder)
        network = load_network(self.model)
        record = network.contract.detector
        detector = load_detector(record.name, record.settings)
        return Eyes(self, detector, _ModelEmbedder(network))


class _Embeds(Protocol):
    name: str
    chip: ChipFormat

    def embed(self, chips: NDArray[np.uint8]) -> Vectors: ...


class _ModelEmbedder:
    """A trained model as an embedder: its fine-tuning counts, its head does not."""

    def __init__(self, network: Network) -> None:
        contract = network.contract
        self.name = contract.embedder.name
        if blocks := contract.embedder.fine_tuned_blocks:
            self.name += f", {blocks} blocks fine-tuned"
        chip = contract.chip
        self.chip = ChipFormat(chip.size, chip.alignment, chip.normalisation)
        self._network = network

    def embed(self, chips: NDArray[np.uint8]) -> Vectors:
        return self._network.run(chips)[1]


class Eyes:
    """Looks at photo files: the face nearest the centre, embedded.

    Args:
        recipe: What they are built from.
        detector: Finds the faces.
        embedder: Embeds their chips.

    Attributes:
        recipe: As given.
        detector: The detector's name.
        embedder: The embedder's name.
    """

    def __init__(self, recipe: EmbeddingRecipe, detector: Detector, embedder: _Embeds) -> None:
        self.recipe = recipe
        self.detector = detector.name
        self.embedder = embedder.name
        self._find = detector.detect
        self._embed = embedder.embed
        self._size = embedder.chip.size
        self._align = load_alignment(embedder.chip.alignment)

    def __call__(self, photos: Sequence[Path]) -> list[Sight]:
        """Return what is seen on each photo."""
        cuts = [self._cut(path) for path in photos]
        chips = [cut.chip for cut in cuts if cut.chip is not None]
        vectors = iter(self._embedded(np.stack(chips)) if chips else ())
        return [
            Sight(None if cut.chip is None else next(vectors), cut.reason, cut.faces)
            for cut in cuts
        ]

    def _cut(self, path: Path) -> "_Cut":
        try:
            pixels = decode_photo(_bytes(path))
            faces = self._find(pixels)
            if not faces:
                raise NoFaceFound(f"no face found by the detector {self.detector}")
        except FacewrightError as error:
            return _Cut(None, error.message, 0)
        box = nearest_centre(faces, pixels).box
        chip = self._align(pixels, box, find_landmarks(pixels, box), self._size)
        return _Cut(chip, None, len(faces))

    def _embedded(self, chips: NDArray[np.uint8]) -> Vectors:
        vectors = self._embed(chips)
        if not self.recipe.mirror:
            return vectors
        both = vectors + self._embed(np.ascontiguousarray(chips[:, :, ::-1]))
        unit: Vectors = both / np.linalg.norm(both, axis=1, keepdims=True)
        return unit


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PhotoUnreadable(f"the file cannot be read: {error.strerror}") from error


@dataclass(frozen=True)
class _Cut:
    chip: Pixels | None
    reason: str | None
    faces: int


def nearest_centre(faces: Sequence[Face], pixels: Pixels) -> Face:
    """Return the face whose box's middle is nearest the photo's, which is whom LFW names."""
    height, width = pixels.shape[:2]

    def distance(face: Face) -> float:
        box = face.box
        return float(np.hypot(box.left + box.right - width, box.top + box.bottom - height))

    return min(faces, key=distance)
