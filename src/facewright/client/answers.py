"""From responses to typed answers, and from failures to Facewright's errors."""

from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from facewright.errors import ServiceError, ServiceRefused, ServiceUnreachable
from facewright.wire.problems import read_problem

_SHOWN_CHARACTERS = 200

Answer = TypeVar("Answer", bound=BaseModel)


def read(kind: type[Answer], response: httpx.Response) -> Answer:
    """Return a response as a record.

    Raises:
        ServiceError: It is something else.
    """
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise ServiceError(
            f"the service's answer cannot be read: {where}: {first['msg']}",
            hint="check that the address is a Facewright service with the face routes",
        ) from error


def unreachable(url: str, timeout: float, error: httpx.RequestError) -> ServiceError:
    """Return the error of a request that got no response."""
    if isinstance(error, httpx.TimeoutException):
        return ServiceUnreachable(
            f"{url} did not answer within {timeout:g} s",
            hint="look at the service's log, or allow it more time",
        )
    if isinstance(error, httpx.TransportError):
        return ServiceUnreachable(
            f"nobody answers at {url}: {error}",
            hint="check that the service is running, and its address and port",
        )
    return ServiceError(f"the answer of {url} cannot be read: {error}")


def refused(response: httpx.Response) -> ServiceRefused:
    """Return the error that a response says."""
    try:
        problem = read_problem(response.json())
    except (ValueError, RecursionError):
        problem = None
    if problem is not None:
        words, hint, code = problem.detail, problem.hint, problem.code
    else:
        words, hint, code = _words(response), None, None
    if hint is None and response.status_code in (401, 403):
        hint = "Give the primary or secondary key of the service."
    return ServiceRefused(words, hint, status=response.status_code, problem=code)


def _words(response: httpx.Response) -> str:
    """Return what can be said of an answer that is no problem document."""
    text = " ".join(response.text.split())[:_SHOWN_CHARACTERS]
    said = f": {text}" if text else ""
    return f"the service answered {response.status_code} {response.reason_phrase}{said}"
