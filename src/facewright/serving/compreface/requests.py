"""What CompreFace's clients send: options in the query, photos by the name of their field."""

import math
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request

from facewright.serving.body import read_body, read_json_body
from facewright.serving.compreface.faults import Code, FaultError, bad_argument
from facewright.serving.face_api.multipart import read_parts
from facewright.serving.face_api.photos import decode_base64
from facewright.serving.limits import Limits

_KINDS = ("multipart/form-data", "application/json")
_MOST_PARTS = 8


def _words(value: object) -> object:
    if not isinstance(value, str):
        return value
    return frozenset(word.strip() for word in value.split(",") if word.strip())


class LookQuery(BaseModel):
    """Options of the routes that look at photos; others are passed over, as CompreFace does.

    Attributes:
        limit: Most faces, the largest first; 0 for all.
        det_prob_threshold: Least probability that a face is one, 0–1.
        face_plugins: What is wanted besides: ``landmarks``, ``calculator``.
        status: Whether the versions and times of plugins are wanted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    limit: int = Field(default=0, ge=0, le=1000)
    det_prob_threshold: float = Field(default=0.0, ge=0, le=1, allow_inf_nan=False)
    face_plugins: Annotated[frozenset[str], BeforeValidator(_words)] = frozenset()
    status: bool = False


class PageQuery(BaseModel):
    """Options of lists of photos."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    page: int = Field(default=0, ge=0, le=1_000_000)
    size: int = Field(default=20, ge=1, le=1000)
    subject: str | None = None


class SubjectBody(BaseModel):
    """The name of a subject."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    subject: Annotated[str, Field(max_length=200)]


Vector = Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], Field(max_length=4096)]
Vectors = Annotated[list[Vector], Field(min_length=1, max_length=1000)]


class EmbeddingsBody(BaseModel):
    """Embeddings to find the subjects of."""

    embeddings: Vectors


class SourceAndTargets(BaseModel):
    """An embedding, and those it is compared with."""

    source: Vector
    targets: Vectors


Query = TypeVar("Query", bound=BaseModel)


def read_query(request: Request, kind: type[Query]) -> Query:
    """Read the query of a request.

    Raises:
        FaultError: A value is out of range.
    """
    try:
        return kind.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise bad_argument(error) from error


async def read_record(request: Request, limits: Limits, kind: type[Query]) -> Query:
    """Read a JSON body.

    Raises:
        FaultError: It is something else.
        RefusalError: It is too long or of another media type.
    """
    body = await read_json_body(request, limits)
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise bad_argument(error) from error


_FIELDS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
_IDS: TypeAdapter[list[str]] = TypeAdapter(Annotated[list[str], Field(max_length=10_000)])


async def read_ids(request: Request, limits: Limits) -> list[str]:
    """Read a JSON list of ids; raises as `read_record`."""
    body = await read_json_body(request, limits)
    try:
        return _IDS.validate_json(body)
    except ValidationError as error:
        raise bad_argument(error) from error


async def read_files(request: Request, limits: Limits, *names: str) -> list[bytes]:
    """Return the photos in the fields of these names, of a form or of a JSON object in base64.

    Raises:
        FaultError: One is missing or empty.
        RefusalError: The body is too long, damaged or of another media type.
    """
    body = await read_body(request, limits, _KINDS)
    content_type = request.headers.get("content-type", "")
    if content_type.lower().startswith("multipart/"):
        files = {part.name: part.data for part in read_parts(body, content_type, _MOST_PARTS)}
    else:
        files = _from_json(body, names)
    missing = [name for name in names if not files.get(name)]
    if missing:
        raise FaultError(Code.MISSING_PART, f"Required part is missing: {missing[0]}")
    return [files[name] for name in names]


def _from_json(body: bytes, names: tuple[str, ...]) -> dict[str, bytes]:
    try:
        fields = _FIELDS.validate_json(body)
    except ValidationError as error:
        raise bad_argument(error) from error
    return {name: decode_base64(fields[name]) for name in names if name in fields}


def probability_of(detector: str, score: float) -> float:
    """Return a detector's score as CompreFace's probability, 0–1, rising with the score.

    YuNet's score is one already. Other detectors' scores have no upper end: half at zero, where
    they say "a face", 0.98 at one.
    """
    if detector == "yunet":
        return score
    return 1 / (1 + math.exp(-4 * max(-10.0, min(score, 10.0))))
