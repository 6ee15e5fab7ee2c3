"""The web application around a scoring script."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from facewright.errors import FacewrightError
from facewright.scoring import Schema, Script, check_arguments, swagger_document
from facewright.scoring.openapi import merged, openapi_document
from facewright.serving import metrics as metrics_room
from facewright.serving import problems
from facewright.serving.access import AccessMiddleware, KeyRing
from facewright.serving.body import read_json_body
from facewright.serving.collector import Collector
from facewright.serving.compute import Compute
from facewright.serving.connected import while_connected
from facewright.serving.keys import Scope
from facewright.serving.limits import Limits
from facewright.serving.metrics import Metrics
from facewright.serving.middleware import RequestMiddleware
from facewright.serving.mount import Extension, ServerParts, extensions_for
from facewright.serving.prefix import PrefixMiddleware
from facewright.serving.problems import RefusalError
from facewright.serving.scorer import Scorer
from facewright.wire.problems import REQUEST_ID_HEADER

_DEFAULT_LIMITS = Limits()
_CORS_HEADERS = ("authorization", "content-type", "x-api-key", REQUEST_ID_HEADER)


@dataclass(frozen=True)
class Surroundings:
    """What an application is given besides its script.

    Attributes:
        ring: The keys; None for a server that needs none.
        metrics: Where to count; the application's own when left out.
        collector: Keeps answers; None unless switched on.
        cors_origins: Web pages of these origins may call the service, such as
            ``https://example.org``; none by default.
        metrics_here: Whether ``/metrics`` is a route of the application; False where it has a
            listener of its own.
        draining: Whether the server was told to stop.
        prefix: What may stand before the paths of requests, such as ``/api/v1/service/doors``.
    """

    ring: KeyRing | None = None
    metrics: Metrics = field(default_factory=Metrics)
    collector: Collector | None = None
    cors_origins: Sequence[str] = ()
    metrics_here: bool = True
    draining: Callable[[], bool] = lambda: False
    prefix: str = ""


def create_app(
    script: Script,
    schema: Schema | None = None,
    *,
    name: str = "service",
    limits: Limits = _DEFAULT_LIMITS,
    surroundings: Surroundings | None = None,
) -> Starlette:
    """Return the application that answers requests with a scoring script.

    Args:
        script: The script, its ``init`` already called.
        schema: What its ``run`` takes. Without one, ``run`` gets the body as text.
        name: The service, for its documents.
        limits: How much it takes on.
        surroundings: Keys, metrics and the like; none of them when left out.

    Raises:
        SchemaError: The schema and ``run`` name other arguments.
    """
    if schema is not None:
        check_arguments(script.run_function, schema.inputs)
    around = surroundings or Surroundings()
    parts = ServerParts(
        name, Compute(limits, around.metrics), limits, around.metrics, around.collector
    )
    extensions = extensions_for(script)
    endpoints = _Endpoints(parts, Scorer(script, schema, parts.compute, limits), around)
    documents = _Documents(schema, name, extensions, around.prefix)
    app = Starlette(
        routes=[
            *_routes(parts, endpoints, documents, around),
            *(route for extension in extensions for route in extension.routes(parts)),
        ],
        middleware=_middleware(around),
        exception_handlers={
            HTTPException: problems.handle,
            RefusalError: problems.handle,
            FacewrightError: problems.handle,
        },
    )
    app.router.redirect_slashes = False
    app.state.compute = parts.compute
    return app


def _routes(
    parts: ServerParts, endpoints: "_Endpoints", documents: "_Documents", around: Surroundings
) -> list[BaseRoute]:
    # /score first: routes are tried in their order.
    routes: list[BaseRoute] = [
        parts.route("/score", endpoints.score, methods=["POST"]),
        Route("/", endpoints.health),
        Route("/livez", endpoints.live),
        Route("/readyz", endpoints.ready),
        parts.route("/swagger.json", documents.swagger),
        parts.route("/openapi.json", documents.openapi),
    ]
    if around.metrics_here:
        routes.append(parts.route("/metrics", endpoints.metrics, scope=Scope.ADMIN))
    return routes


def _middleware(around: Surroundings) -> list[Middleware]:
    inside = [Middleware(AccessMiddleware, ring=around.ring)]
    if around.cors_origins:
        inside.insert(
            0,
            Middleware(
                CORSMiddleware,
                allow_origins=list(around.cors_origins),
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=list(_CORS_HEADERS),
                expose_headers=[REQUEST_ID_HEADER, "retry-after"],
            ),
        )
    outside = Middleware(RequestMiddleware, metrics=around.metrics, draining=around.draining)
    before = [Middleware(PrefixMiddleware, prefix=around.prefix)] if around.prefix else []
    return [*before, outside, *inside]


class _Endpoints:
    """One method per route."""

    def __init__(self, parts: ServerParts, scorer: Scorer, around: Surroundings) -> None:
        self._parts = parts
        self._scorer = scorer
        self._around = around

    async def score(self, request: Request) -> Response:
        body = await read_json_body(request, self._parts.limits)
        self._parts.metrics.body(len(body))
        answer = await while_connected(request, self._scorer.answer(body))
        if self._parts.collector is not None:
            self._parts.collector.answer(answer)
        return Response(answer, media_type="application/json")

    async def health(self, _request: Request) -> Response:
        return PlainTextResponse("Healthy")

    async def live(self, _request: Request) -> Response:
        return PlainTextResponse("Alive")

    async def ready(self, _request: Request) -> Response:
        # A full queue is no reason to be taken out: the other replicas would drown as well.
        if self._around.draining():
            raise RefusalError(503, "draining", "the server was told to stop")
        return PlainTextResponse("Ready")

    async def metrics(self, _request: Request) -> Response:
        text = self._parts.metrics.exposition()
        return Response(text, headers={"content-type": metrics_room.CONTENT_TYPE})


class _Documents:
    """What describes the service."""

    def __init__(
        self, schema: Schema | None, name: str, extensions: Sequence[Extension], prefix: str
    ) -> None:
        self._swagger = swagger_document(schema, name=name, prefix=prefix) if schema else None
        own = openapi_document(schema, name=name, prefix=prefix)
        self._openapi = merged(own, [extension.openapi() for extension in extensions])

    async def openapi(self, _request: Request) -> Response:
        return Response(json.dumps(self._openapi), media_type="application/json")

    async def swagger(self, _request: Request) -> Response:
        if self._swagger is None:
            raise RefusalError(
                404,
                "no-schema",
                "the service has no schema, so it has no Swagger document",
                hint="give the service a schema.json, which running the scoring script writes",
            )
        return Response(json.dumps(self._swagger), media_type="application/json")
