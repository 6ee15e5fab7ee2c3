"""The recognition contract: what a model file must say for one file to be enough to recognise.

Format 2, which names the photos; format 1, which does not, is read as well. A change takes a new
number and a reader for the old one; a reader refuses numbers it does not know. The contract is
JSON text, kept in the HDF5 attribute or the ONNX metadata entry named `CONTRACT_KEY`.
"""

import base64
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from facewright.classifier.rejection import Rejection, Vectors
from facewright.errors import ModelFileError

CONTRACT_KEY = "facewright_contract"

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DetectorRecord(_Record):
    """The detector and its settings."""

    name: str
    settings: dict[str, Any]


class ChipRecord(_Record):
    """How a chip is cut, and what the network does to its pixels first."""

    size: int = Field(ge=16, le=1024)
    alignment: str
    colour: Literal["RGB"] = "RGB"
    normalisation: str


class EmbedderRecord(_Record):
    """The pretrained network."""

    name: str
    digest: Digest
    dimension: int = Field(ge=1, le=4096)
    fine_tuned_blocks: int = Field(default=0, ge=0)


class RejectionRecord(_Record):
    """When a face is a stranger's; `centroids` are float32, little-endian, in base64."""

    method: Literal["head-and-centroid"] = "head-and-centroid"
    threshold: float = Field(ge=-1, le=1)
    temperature: float = Field(gt=0)
    centroids: str
    evidence: dict[str, float | int | str | None]


class RecognitionContract(_Record):
    """Everything besides the network's weights that recognising takes.

    `photos` is the digest of the photos it was trained on, labels and bytes; None in format 1.
    """

    format: Literal[1, 2] = 2
    labels: tuple[str, ...] = Field(min_length=2)
    detector: DetectorRecord
    chip: ChipRecord
    embedder: EmbedderRecord
    rejection: RejectionRecord
    training_run: str
    photos: Digest | None = None

    def rule(self) -> Rejection:
        """Return the rejection rule.

        Raises:
            ModelFileError: The centroids do not fit the labels and the embedder.
        """
        record = self.rejection
        known = sum(label != "unknown" for label in self.labels)
        data = base64.b64decode(record.centroids)
        expected = known * self.embedder.dimension * 4
        if len(data) != expected:
            raise ModelFileError(
                f"the model's centroids do not fit its labels: expected {expected} bytes, "
                f"received {len(data)}",
                hint="train the model again",
            )
        centroids = np.frombuffer(data, "<f4").reshape(known, self.embedder.dimension)
        return Rejection(self.labels, centroids, record.threshold, record.temperature)


def pack_centroids(centroids: Vectors) -> str:
    """Return centroids as the contract keeps them."""
    return base64.b64encode(centroids.astype("<f4").tobytes()).decode()


def read_contract(text: str | None, source: str) -> RecognitionContract:
    """Read the contract's JSON text.

    Args:
        text: What the file holds, or None when it holds nothing.
        source: The file's name, for messages.

    Raises:
        ModelFileError: Missing, of an unknown format number, or broken.
    """
    if text is None:
        raise ModelFileError(
            f"{source} is not a Facewright model: it holds no recognition contract",
            hint="train it with `facewright train`, or give the file that training wrote",
        )
    try:
        return RecognitionContract.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ModelFileError(
            f"the recognition contract of {source} cannot be read: {place}: {first['msg']}",
            hint="use the version of Facewright that wrote the file, or train again",
        ) from error
