"""What a gallery says about itself: which embeddings it holds."""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from facewright.errors import GalleryError


class Header(BaseModel):
    """What a gallery, or an export of one, says about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    contract_id: str = Field(min_length=1, max_length=500)
    dimension: int = Field(ge=1, le=4096)
    format: Literal[1] = 1


def parse_header(data: bytes, source: str) -> Header:
    """Read a header's bytes.

    Raises:
        GalleryError: It is damaged, or of an unknown format.
    """
    try:
        return Header.model_validate_json(data)
    except ValidationError as error:
        raise not_a_gallery(source, error) from error


def not_a_gallery(source: str, error: ValidationError) -> GalleryError:
    """Return the error of a header that cannot be used."""
    first = error.errors(include_url=False, include_input=False)[0]
    return GalleryError(
        f"{source} is not a gallery of format 1: {first['msg']}",
        hint="use the version of Facewright that wrote it",
    )


def header_bytes(header: Header) -> bytes:
    """Return a header's bytes, one line."""
    return json.dumps(header.model_dump(), sort_keys=True).encode() + b"\n"


def check_same_model(found: Header, expected: Header, source: str) -> None:
    """Check that embeddings can be compared.

    Raises:
        GalleryError: They come from another network, or from chips cut in another way.
    """
    if found == expected:
        return
    raise GalleryError(
        f"{source} belongs to another model: expected embeddings of {_of(expected)}, "
        f"received {_of(found)}",
        hint="enrol the photos again with `facewright people add`, or use the model they were "
        "enrolled with; embeddings of different networks cannot be compared",
    )


def _of(header: Header) -> str:
    return f"{header.contract_id!r} with {header.dimension} numbers"
