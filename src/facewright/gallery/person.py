"""One enrolled person, and the file that holds all of them: nothing else is kept about anybody.

Format 1 is one line of JSON with sorted keys. Vectors are float32, little-endian, in base64. There
are no times in it, so the same person always gives the same bytes.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from facewright.errors import GalleryError
from facewright.gallery.names import checked_name, key_of

Vectors = NDArray[np.float32]
"""Unit-length embeddings, float32 [N, D]."""

MOST_PHOTOS = 1000
MOST_BYTES = 128_000_000
_MOST_CHIP_BYTES = 8_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_UNIT_SLACK = 1e-3

_Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Person:
    """A person of a gallery.

    Attributes:
        name: As it was given.
        positives: Embeddings of the person, float32 [N, D], unit length.
        digests: For each positive, the digest of its photo's file.
        chips: For each positive, its chip as PNG, or None when it was not kept.
        negatives: Embeddings of others who are easily taken for this person, float32 [M, D].
    """

    name: str
    positives: Vectors
    digests: tuple[str, ...]
    negatives: Vectors
    chips: tuple[bytes | None, ...] = field(default=())

    @property
    def key(self) -> str:
        """Stem of the person's file."""
        return key_of(self.name)

    def renamed(self, name: str) -> "Person":
        """Return the same person under another name."""
        return replace(self, name=checked_name(name))


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    chips: list[str | None] = Field(max_length=MOST_PHOTOS)
    digests: list[_Digest] = Field(max_length=MOST_PHOTOS)
    format: Literal[1]
    name: str
    negatives: str
    positives: str


def to_bytes(person: Person) -> bytes:
    """Return a person's file."""
    record = {
        "chips": [None if chip is None else _text(chip) for chip in person.chips],
        "digests": list(person.digests),
        "format": 1,
        "name": person.name,
        "negatives": _text(person.negatives.astype("<f4").tobytes()),
        "positives": _text(person.positives.astype("<f4").tobytes()),
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_bytes(data: bytes, dimension: int, source: str) -> Person:
    """Read a person's file; what it says is checked, for it may come from anywhere.

    Args:
        data: The whole file.
        dimension: Length of the gallery's embeddings.
        source: Where it was read, for messages.

    Raises:
        GalleryError: Too large, or not a person's file of format 1 for such embeddings.
    """
    if len(data) > MOST_BYTES:
        raise _damaged(source, f"expected at most {MOST_BYTES} bytes, received {len(data)}")
    try:
        person = _person(_Record.model_validate_json(data), dimension)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise _damaged(source, f"{place}: {first['msg']}") from error
    except (ValueError, GalleryError) as error:
        raise _damaged(source, str(error)) from error
    return person


def checked_vectors(vectors: Vectors, dimension: int) -> Vectors:
    """Return vectors as they are stored.

    Raises:
        GalleryError: Not unit-length embeddings of that dimension, float [N, dimension].
    """
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != dimension:
        raise GalleryError(
            f"embeddings of another kind: expected [N, {dimension}], received {list(rows.shape)}"
        )
    squares = np.einsum("nd,nd->n", rows, rows)
    # Written so that NaN is refused as well.
    if not np.all(np.abs(squares - 1) <= _UNIT_SLACK):
        raise GalleryError("embeddings of another kind: expected unit length, received others")
    return np.ascontiguousarray(rows)


def _person(record: _Record, dimension: int) -> Person:
    positives = _vectors(record.positives, dimension)
    if not len(positives) == len(record.digests) == len(record.chips):
        raise ValueError(
            f"expected as many digests and chips as vectors, received {len(record.digests)}, "
            f"{len(record.chips)} and {len(positives)}"
        )
    return Person(
        name=_stored_name(record.name),
        positives=positives,
        digests=tuple(record.digests),
        negatives=_vectors(record.negatives, dimension),
        chips=tuple(None if chip is None else _chip(chip) for chip in record.chips),
    )


def _stored_name(name: str) -> str:
    if checked_name(name) != name:
        raise ValueError("the name is not in composed form")
    return name


def _vectors(text: str, dimension: int) -> Vectors:
    data = _data(text)
    if len(data) % (4 * dimension) or len(data) > MOST_PHOTOS * 4 * dimension:
        raise ValueError(f"{len(data)} bytes are not 0 to {MOST_PHOTOS} vectors of {dimension}")
    return checked_vectors(np.frombuffer(data, "<f4").reshape(-1, dimension), dimension)


def _chip(text: str) -> bytes:
    data = _data(text)
    if not data.startswith(_PNG) or len(data) > _MOST_CHIP_BYTES:
        raise ValueError(f"a chip is not a PNG of at most {_MOST_CHIP_BYTES} bytes")
    return data


def _data(text: str) -> bytes:
    try:
        data = binascii.a2b_base64(text)
    except ValueError as error:
        raise ValueError(f"not base64: {error}") from error
    if _text(data) != text:  # characters outside the alphabet were passed over
        raise ValueError("not base64 as it is written here")
    return data


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _damaged(source: str, reason: str) -> GalleryError:
    return GalleryError(
        f"{source} cannot be read as an enrolled person: {reason}",
        hint="remove this person and enrol the photos again, or import an export",
    )
