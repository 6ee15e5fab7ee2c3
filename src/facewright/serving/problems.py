"""From errors to problem documents: the one table of this server."""

import http
import json
import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from facewright.errors import FacewrightError, InputError, NoFaceFound, PhotoError
from facewright.serving import request_id
from facewright.wire.problems import MEDIA_TYPE, Problem

logger = logging.getLogger(__name__)

# The client's fault: told to the client in the error's own words.
_CLIENT_ERRORS = (InputError, PhotoError, NoFaceFound)
_INTERNAL = "the scoring script failed; the service's log says why under this request id"
_HTTP_CODES = {404: "not-found", 405: "method-not-allowed"}


class RefusalError(Exception):
    """Raised when the server turns a request away.

    Args:
        status: HTTP status code.
        code: Stable word for programs.
        detail: What is wrong, what was expected, what was received.
        hint: What to do next, or None.
        headers: Headers of the answer, or None.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint
        self.headers = headers


def response_to(error: Exception) -> Response:
    """Return the answer to a request that failed; a failure of our own is logged in full."""
    if isinstance(error, RefusalError):
        return _response(error.status, error.code, error.detail, error.hint, error.headers)
    if isinstance(error, _CLIENT_ERRORS):
        return _response(400, error.code, error.message, error.hint)
    if isinstance(error, HTTPException):
        code = _HTTP_CODES.get(error.status_code, "http")
        return _response(error.status_code, code, error.detail, headers=error.headers)
    logger.error("the request failed: %s", _summary(error), exc_info=error)
    return _response(500, "scoring-script", _INTERNAL)


async def handle(_request: Request, error: Exception) -> Response:
    """Starlette's form of `response_to`."""
    return response_to(error)


def _response(
    status: int,
    code: str,
    detail: str,
    hint: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(
        title=_title(status),
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        requestId=request_id.current.get(),
        errorCode=status,
        message=detail,
    )
    # ASCII: a name out of the request may hold half a surrogate pair, which UTF-8 cannot carry.
    text = json.dumps(problem.document())
    return Response(text, status, headers=headers, media_type=MEDIA_TYPE)


def _title(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:  # 499, which proxies made up for a client that left
        return "Client Closed Request"


def _summary(error: BaseException) -> str:
    kind = type(error).__name__
    return f"{kind} ({error.code})" if isinstance(error, FacewrightError) else kind
