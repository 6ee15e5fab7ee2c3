"""The photos of a request, whichever way they are sent."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from facewright.serving.body import read_body
from facewright.serving.face_api.multipart import Part, read_parts
from facewright.serving.limits import Limits
from facewright.serving.problems import RefusalError

KINDS = ("image/", "multipart/form-data", "application/json", "application/octet-stream")
"""What a body may be: one photo as it is, several as a form, or several in base64."""


class PhotosBody(BaseModel):
    """Photos in base64; a ``data:`` URL is taken too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    photos: Annotated[list[str], Field(min_length=1)]


async def read_photos(request: Request, limits: Limits) -> list[bytes]:
    """Return the photos of a request, in the order they were sent.

    Raises:
        RefusalError: Of another media type (415), too long (413), without a photo or with too
            many (400), or not what its type says (400).
    """
    body = await read_body(request, limits, KINDS)
    content_type = request.headers.get("content-type", "")
    photos = _photos(body, content_type, limits)
    if not photos or not all(photos):
        raise RefusalError(
            400,
            "no-photo",
            "no photo was sent, or an empty one",
            hint="send a photo's file as the body, as files of a form, or in base64 as "
            '{"photos": ["…"]}',
        )
    if len(photos) > limits.photos:
        raise RefusalError(
            400,
            "too-many-photos",
            f"too many photos in one request: expected at most {limits.photos}, "
            f"received {len(photos)}",
            hint="send them in several requests",
        )
    return photos


def _photos(body: bytes, content_type: str, limits: Limits) -> list[bytes]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        # A form may hold a few fields besides its photos.
        parts = read_parts(body, content_type, 2 * limits.photos)
        return [part.data for part in parts if is_file(part)]
    if kind == "application/json":
        return [decode_base64(text) for text in read_photos_body(body).photos]
    return [body]


def is_file(part: Part) -> bool:
    """Whether a part is a file rather than a field of text."""
    return part.filename is not None


def read_photos_body(body: bytes) -> PhotosBody:
    """Read ``{"photos": ["<base64>", …]}``.

    Raises:
        RefusalError: It is something else (400).
    """
    try:
        return PhotosBody.model_validate_json(body)
    except ValidationError as error:
        raise refused_json(error) from error


def refused_json(error: ValidationError) -> RefusalError:
    """Return the refusal of a JSON body, in words that repeat nothing of it."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part)[:50] for part in first["loc"]) or "the body"
    return RefusalError(
        400, "json", f"the body does not fit: {place}: {first['msg'][:200]}", hint=None
    )


def decode_base64(text: str) -> bytes:
    """Return the bytes of base64 text.

    Raises:
        RefusalError: It is not base64 (400).
    """
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        pass
    try:  # some clients wrap base64 into lines; nothing else may be left out
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusalError(
            400,
            "base64",
            "a photo is not base64",
            hint="send the bytes of a photo's file in base64",
        ) from error


def exactly_two(photos: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the two photos of a comparison.

    Raises:
        RefusalError: There are fewer or more (400).
    """
    if len(photos) != 2:
        raise RefusalError(
            400,
            "two-photos",
            f"a comparison takes two photos, received {len(photos)}",
            hint='send a form with two files, or {"photos": ["…", "…"]}',
        )
    return photos[0], photos[1]
