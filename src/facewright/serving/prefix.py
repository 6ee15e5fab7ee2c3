"""A service behind an address that it shares with others: ``/api/v1/service/<name>/score``."""

from starlette.types import ASGIApp, Receive, Scope, Send


class PrefixMiddleware:
    """Takes a prefix off the paths of requests; those without it stay, such as probes.

    Args:
        app: What is behind it.
        prefix: Such as ``/api/v1/service/doors``, without a slash at its end.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path = scope.get("path", "")
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            scope = {**scope, "path": path[len(self._prefix) :] or "/"}
        await self._app(scope, receive, send)
