"""What wraps every request: its id, its line in the log, and the last net under it."""

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facewright.serving import request_id
from facewright.serving.problems import RefusalError, response_to
from facewright.wire.problems import REQUEST_ID_HEADER

logger = logging.getLogger(__name__)

# Probes come every few seconds for ever.
_QUIET_PATHS = frozenset(["/", "/livez", "/readyz"])


class RequestMiddleware:
    """Gives every request an id, logs it, and answers with a problem whatever goes wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER)
        refusal = _refuse(given)
        own = request_id.new() if given is None or refusal else given
        token = request_id.current.set(own)
        answer = _Answer(send, own)
        started = time.perf_counter()
        try:
            if refusal:
                raise refusal
            await self._app(scope, receive, answer.send)
        except Exception as error:
            response = response_to(error)
            if not answer.status:
                await response(scope, receive, answer.send)
        finally:
            _log(scope, answer.status, time.perf_counter() - started)
            request_id.current.reset(token)


class _Answer:
    """Marks the answer with the request's id, and remembers its status."""

    def __init__(self, send: Send, own_id: str) -> None:
        self._send = send
        self._own_id = own_id
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID_HEADER] = self._own_id
        await self._send(message)


def _refuse(given: str | None) -> RefusalError | None:
    if given is None:
        return None
    if len(given) > request_id.MAX_LENGTH:
        return RefusalError(
            431,
            "request-id",
            f"the header {REQUEST_ID_HEADER} has {len(given)} characters; at most "
            f"{request_id.MAX_LENGTH} are taken",
        )
    if not request_id.is_printable(given):
        return RefusalError(
            400, "request-id", f"the header {REQUEST_ID_HEADER} is not printable ASCII"
        )
    return None


def _log(scope: Scope, status: int, seconds: float) -> None:
    quiet = scope["path"] in _QUIET_PATHS and status < 400
    level = logging.DEBUG if quiet else logging.INFO
    milliseconds = round(seconds * 1000)
    # The path is the client's text; ascii() keeps it on one line.
    logger.log(
        level,
        "%s %s %s in %d ms",
        scope["method"],
        ascii(scope["path"])[1:-1][:200],
        status,
        milliseconds,
    )
