"""The options of a face request, from its query."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.requests import Request

from facewright.serving.problems import RefusalError

Detail = Literal["candidate", "embedding"]


def _split(value: object) -> object:
    return [word for word in value.split(",") if word] if isinstance(value, str) else value


class _Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LookOptions(_Options):
    """How a photo is looked at.

    Attributes:
        limit: Most faces of a photo, the largest first; 0 for all.
        small: Whether small faces are looked for beside large ones, which takes longer.
    """

    limit: int = Field(default=0, ge=0, le=1000)
    small: bool = False


class RecognizeOptions(LookOptions):
    """What is answered besides.

    Attributes:
        detail: ``candidate``: the likeliest person even for ``unknown``; ``embedding``: where the
            network places the face.
    """

    detail: Annotated[tuple[Detail, ...], BeforeValidator(_split)] = ()


class VerifyOptions(_Options):
    """How two faces are compared.

    Attributes:
        threshold: Least similarity of one person's faces; the model's own when left out.
    """

    threshold: float | None = Field(default=None, ge=-1, le=1, allow_inf_nan=False)


class EnrolOptions(_Options):
    """How photos are enrolled.

    Attributes:
        gate: How much is asked of a photo.
        keep_chips: Whether the cut-out faces are kept as pictures too.
    """

    gate: Literal["off", "standard", "strict"] = "standard"
    keep_chips: bool = False


class PageOptions(_Options):
    """A page of a list.

    Attributes:
        after: The name before the first one wanted.
        limit: Most entries.
    """

    after: str = ""
    limit: int = Field(default=100, ge=1, le=1000)


Options = TypeVar("Options", bound=BaseModel)


def read_options(request: Request, kind: type[Options]) -> Options:
    """Read the query of a request.

    Raises:
        RefusalError: An option is unknown, twice there, or out of range (400).
    """
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise _refused(name, "given more than once")
        given[name] = value
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = str(first["loc"][0])[:50] if first["loc"] else "the query"
        raise _refused(place, first["msg"][:200], tuple(kind.model_fields)) from error


def _refused(name: str, reason: str, known: tuple[str, ...] = ()) -> RefusalError:
    hint = f"the options are {', '.join(known)}" if known else None
    return RefusalError(400, "option", f"the option {ascii(name)[1:-1]}: {reason}", hint=hint)
