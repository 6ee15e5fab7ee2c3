"""What wraps every request: its id, its line in the log, its time, and the last net under it."""

import logging
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facewright.serving import request_id
from facewright.serving.metrics import Metrics
from facewright.serving.problems import RefusalError, response_to
from facewright.wire.problems import REQUEST_ID_HEADER

logger = logging.getLogger(__name__)

# Probes come every few seconds for ever.
_QUIET_PATHS = frozenset(["/", "/livez", "/readyz", "/metrics"])
_METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


class RequestMiddleware:
    """Gives every request an id, logs it, times it, and answers with a problem what goes wrong.

    Args:
        app: What is behind it.
        metrics: Hears of every request.
        draining: Whether the server was told to stop; clients are then asked to go elsewhere.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, draining: Callable[[], bool]) -> None:
        self._app = app
        self._metrics = metrics
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER)
        refusal = _refuse(given)
        own = request_id.new() if given is None or refusal else given
        token = request_id.current.set(own)
        answer = _Answer(send, own, self._draining)
        started = time.perf_counter()
        self._metrics.active(1)
        try:
            if refusal:
                raise refusal
            await self._app(scope, receive, answer.send)
        except Exception as error:
            response = response_to(error)
            if not answer.status:
                await response(scope, receive, answer.send)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.active(-1)
            self._metrics.request(*_labels(scope), answer.status, seconds)
            _log(scope, answer.status, seconds)
            request_id.current.reset(token)


class _Answer:
    """Marks the answer with the request's id, and remembers its status."""

    def __init__(self, send: Send, own_id: str, draining: Callable[[], bool]) -> None:
        self._send = send
        self._own_id = own_id
        self._draining = draining
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID_HEADER] = self._own_id
            if self._draining():
                headers["connection"] = "close"
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


def _labels(scope: Scope) -> tuple[str, str]:
    # A path or a method of the client's own would make a series each.
    route = scope.get("route")
    method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
    return method, route.path if isinstance(route, Route) else ""


def _log(scope: Scope, status: int, seconds: float) -> None:
    quiet = scope["path"] in _QUIET_PATHS and status < 400
    level = logging.DEBUG if quiet else logging.INFO
    # The path is the client's text; ascii() keeps it on one line.
    logger.log(
        level,
        "%s %s %s in %d ms",
        scope["method"],
        ascii(scope["path"])[1:-1][:200],
        status,
        round(seconds * 1000),
    )
