"""What a scoring service is sent and what it answers.

A request's body is ``{"input_bytes": "<base64>"}``. The answer is a JSON *string*: the scoring
script returns JSON text and the server encodes that once more, as the original project did.
"""

import base64
import json

from pydantic import BaseModel, ConfigDict, ValidationError

from facewright.errors import ServiceError

MAX_PHOTO_BYTES = 20_000_000
"""The largest photo that is read, by clients and by services."""

MAX_BODY_BYTES = 28_000_000
"""The largest request body a server reads unless told otherwise: such a photo in base64."""


class _Record(BaseModel):
    # Members we do not know are dropped: a newer service may answer more. Numbers become strings
    # where a string is meant, since scripts in the wild answer {"index": 3}.
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class Box(_Record):
    """Where a face is, in pixels of the upright photo; `right` and `bottom` lie outside it."""

    left: float
    top: float
    right: float
    bottom: float


class FaceAnswer(_Record):
    """Who one face of a photo is.

    Attributes:
        box: Where the face is.
        landmarks: Points of the face as [x, y] in pixels of the upright photo, or None.
        index: Index of the likeliest label, as a string.
        name: The label itself, or None when the service does not know labels.
        probability: Probability of the likeliest label, 0 to 1.
        unknown: Whether the face is nobody the model was trained on.
        similarity: Similarity to the nearest known person, or None when it was not measured.
        score: The detector's own confidence, on its own scale, or None.
    """

    box: Box
    landmarks: tuple[tuple[float, float], ...] | None = None
    index: str
    name: str | None = None
    probability: float | None = None
    unknown: bool = False
    similarity: float | None = None
    score: float | None = None


class Recognition(_Record):
    r"""The answer to one photo; its best face's, when the photo holds several.

    Attributes:
        index: Index of the likeliest label, as a string.
        name: The label itself, or None from a service of the original project.
        probability: Probability of the likeliest label, or None from such a service.
        unknown: Whether the face is nobody the model was trained on.
        similarity: Similarity to the nearest known person, or None when it was not measured.
        faces: Every face of the photo; empty when a ready-made chip was sent.

    Example:
        >>> decode_answer('"{\\"index\\": \\"3\\"}"').index
        '3'
    """

    index: str
    name: str | None = None
    probability: float | None = None
    unknown: bool = False
    similarity: float | None = None
    faces: tuple[FaceAnswer, ...] = ()


def encode_input_bytes(photo: bytes) -> str:
    """Return `photo` as the base64 text that ``input_bytes`` carries."""
    return base64.b64encode(photo).decode("ascii")


def decode_answer(text: str) -> Recognition:
    """Read an answer, encoded once or twice.

    Args:
        text: The body of the response, or what its one decoding gave.

    Raises:
        ServiceError: The text is not the answer of a face-recognition service.
    """
    try:
        answer = json.loads(text)
        if isinstance(answer, str):
            answer = json.loads(answer)
        return Recognition.model_validate(answer)
    except ValidationError as error:
        raise _unreadable(_first_problem(error)) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"it is not JSON ({error})") from error


def _unreadable(reason: str) -> ServiceError:
    return ServiceError(
        f'the service\'s answer cannot be read: {reason}; expected {{"index": "…", …}}',
        hint="check that the address is a Facewright scoring service",
    )


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the answer"
    return f"{where}: {problem['msg']}"
