"""How routes besides ``/score`` join a server.

A server asks every factory in `EXTENSIONS`, once per worker and after the script's ``init()``,
whether it has something to mount. A factory is a function of the loaded script::

    # serving/face_api/mount.py
    def mount(script: Script) -> Extension | None:
        recognizer = script.find(Recognizer)      # the object score.py's init() made
        return FaceApi(recognizer) if recognizer else None

An extension then gives its routes, built from the server's parts::

    class FaceApi:
        def routes(self, server: ServerParts) -> Sequence[BaseRoute]:
            batcher = Batcher(server.compute, self._recognize, name="recognize", max_weight=32)

            async def recognize(request: Request) -> Response:
                body = await read_body(request, server.limits, ("image/", "multipart/form-data"))
                answer = await while_connected(
                    request, batcher.submit(photo, seconds=server.limits.deadline_seconds)
                )
                server.metrics.stage("decode", seconds)
                return Response(answer, media_type="application/json")

            return [
                server.route("/v1/recognize", recognize, methods=["POST"]),
                server.route("/v1/people", people, methods=["POST"], scope=Scope.PEOPLE),
            ]

        def openapi(self) -> Mapping[str, Any]:
            return {"paths": {...}, "components": {"schemas": {...}}}

What a server does for every route, mounted ones included: the request id and its line in the
log, keys and scopes, limits on headers and connections, HTTP metrics, problem documents for
`RefusalError` and `FacewrightError`. What a route does itself: read its body by `read_body` or
`read_json_body`, submit work to a `Batcher` (never compute in the event loop), drop it when the
client leaves with `while_connected`.
"""

import importlib
import importlib.util
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from facewright.scoring import Script
from facewright.serving.access import requiring
from facewright.serving.collector import Collector
from facewright.serving.compute import Compute
from facewright.serving.keys import Scope
from facewright.serving.limits import Limits
from facewright.serving.metrics import Metrics

EXTENSIONS = ("facewright.serving.face_api.mount:mount",)
"""Factories of extensions, as ``module:function``; loaded only by a server."""

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class ServerParts:
    """What a server lends to its extensions.

    Attributes:
        name: The service.
        compute: The worker's compute thread; give it to a `Batcher`.
        limits: How much the server takes on.
        metrics: Hears of stages, faces and the model.
        collector: Keeps answers (and, by its second flag, chips); None unless switched on.
    """

    name: str
    compute: Compute
    limits: Limits
    metrics: Metrics
    collector: Collector | None = None

    def route(
        self,
        path: str,
        endpoint: Endpoint,
        *,
        methods: Sequence[str] = ("GET",),
        scope: Scope = Scope.SCORE,
    ) -> Route:
        """Return a route that only keys of a scope may use, where the server has keys."""
        return Route(path, requiring(scope, endpoint), methods=list(methods))


class Extension(Protocol):
    """Routes besides ``/score``."""

    def routes(self, server: ServerParts) -> Sequence[BaseRoute]:
        """Return the routes; called once per worker."""
        ...

    def openapi(self) -> Mapping[str, Any]:
        """Return the members of an OpenAPI 3.1 document that describe them.

        ``paths``, ``components`` and ``tags`` are merged into the server's own document.
        """
        ...


def extensions_for(script: Script) -> list[Extension]:
    """Return what there is to mount beside a script, its ``init`` already called."""
    factories = [factory for entry in EXTENSIONS if (factory := _factory(entry)) is not None]
    found = [factory(script) for factory in factories]
    return [extension for extension in found if extension is not None]


def _factory(entry: str) -> Callable[[Script], Extension | None] | None:
    module, _, name = entry.partition(":")
    try:
        if importlib.util.find_spec(module) is None:
            return None
    except ModuleNotFoundError:  # the package itself is not there
        return None
    factory: Callable[[Script], Extension | None] = getattr(importlib.import_module(module), name)
    return factory
