"""Who may use a server: keys in, scopes out."""

import hmac
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from facewright.errors import FacewrightError
from facewright.serving import keys
from facewright.serving.problems import RefusalError, response_to

logger = logging.getLogger(__name__)

# What tells whether a server lives must not need a secret: whoever asks has none.
OPEN_PATHS = frozenset(["/", "/livez", "/readyz", "/v2/health/live", "/v2/health/ready"])

_EVERYTHING = frozenset(keys.Scope)
_GRANTED = "facewright.scopes"
_LONGEST_KEY = 512


class KeyRing:
    """The keys in a file, read again whenever it changes.

    Args:
        path: The file.

    Raises:
        ServiceError: The file cannot be used. Later on, a file that cannot be used leaves the
            keys as they were, and an error in the log.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = _state(path)
        self._keys = _digests(path)

    def scopes_of(self, key: str) -> frozenset[keys.Scope] | None:
        """Return what a key opens; None for no key of ours."""
        self._refresh()
        presented, granted = keys.digest_of(key), None
        # Every digest is compared, in constant time, so that timing tells nothing.
        for digest, scopes in self._keys:
            if hmac.compare_digest(presented, digest):
                granted = scopes
        return granted

    def _refresh(self) -> None:
        state = _state(self._path)
        if state == self._state:
            return
        self._state = state
        try:
            self._keys = _digests(self._path)
        except FacewrightError as error:
            logger.error("the keys stay as they were: %s", error.message)
        else:
            logger.info("the keys were read again")


class AccessMiddleware:
    """Lets nothing but `OPEN_PATHS` through without a key.

    Args:
        app: What is behind it.
        ring: The keys; None where the server has none, and everything is open.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing | None = None) -> None:
        self._app = app
        self._ring = ring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out what a request may do, and refuse it when that is nothing."""
        if scope["type"] == "http" and self._ring is not None and scope["path"] not in OPEN_PATHS:
            try:
                scope[_GRANTED] = self._granted(self._ring, Headers(scope=scope))
            except RefusalError as refusal:  # answered here, so that CORS headers are added to it
                await response_to(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _granted(self, ring: KeyRing, headers: Headers) -> frozenset[keys.Scope]:
        presented = _presented(headers)
        granted = ring.scopes_of(presented) if presented else None
        if granted is None:
            raise RefusalError(
                401,
                "unauthorized",
                "the key is not one of this service's" if presented else "no key was sent",
                hint="send a key of the service as `Authorization: Bearer <key>`",
                headers={"www-authenticate": 'Bearer realm="facewright"'},
            )
        return granted


def requiring(
    scope: keys.Scope, endpoint: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint, open only to requests whose key has a scope."""

    async def guarded(request: Request) -> Response:
        if scope not in request.scope.get(_GRANTED, _EVERYTHING):
            raise RefusalError(
                403,
                "forbidden",
                f"the key does not open this: expected the scope {scope.value}",
                hint=f"use a key that was made with `--scope {scope.value}`",
            )
        return await endpoint(request)

    return guarded


def _presented(headers: Headers) -> str:
    kind, _, key = headers.get("authorization", "").partition(" ")
    found = key.strip() if kind.lower() == "bearer" else headers.get("x-api-key", "")
    return found if len(found) <= _LONGEST_KEY else found[:_LONGEST_KEY]


def _digests(path: Path) -> list[tuple[bytes, frozenset[keys.Scope]]]:
    return [
        (bytes.fromhex(stored.sha256), frozenset(holder.scopes))
        for holder in keys.read(path).values()
        for stored in (holder.primary, holder.secondary)
    ]


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 -- for each request: half the time of Path.stat
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
