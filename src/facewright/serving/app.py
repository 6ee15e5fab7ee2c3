"""The web application around a scoring script."""

import json

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from facewright.errors import FacewrightError
from facewright.scoring import Schema, Script, check_arguments, swagger_document
from facewright.serving import problems
from facewright.serving.body import read_json_body
from facewright.serving.limits import Limits
from facewright.serving.middleware import RequestMiddleware
from facewright.serving.problems import RefusalError
from facewright.serving.scorer import Scorer

_DEFAULT_LIMITS = Limits()


def create_app(
    script: Script,
    schema: Schema | None = None,
    *,
    name: str = "service",
    limits: Limits = _DEFAULT_LIMITS,
) -> Starlette:
    """Return the application that answers requests with a scoring script.

    Args:
        script: The script, its ``init`` already called.
        schema: What its ``run`` takes. Without one, ``run`` gets the body as text.
        name: The service, for its Swagger document.
        limits: How much it takes on.

    Raises:
        SchemaError: The schema and ``run`` name other arguments.
    """
    if schema is not None:
        check_arguments(script.run_function, schema.inputs)
    endpoints = _Endpoints(Scorer(script, schema, limits), schema, name, limits)
    app = Starlette(
        routes=[
            Route("/", endpoints.health),
            Route("/score", endpoints.score, methods=["POST"]),
            Route("/swagger.json", endpoints.swagger),
            Route("/livez", endpoints.live),
            Route("/readyz", endpoints.ready),
        ],
        middleware=[Middleware(RequestMiddleware)],
        exception_handlers={
            HTTPException: problems.handle,
            RefusalError: problems.handle,
            FacewrightError: problems.handle,
        },
    )
    app.router.redirect_slashes = False
    return app


class _Endpoints:
    """One method per route."""

    def __init__(self, scorer: Scorer, schema: Schema | None, name: str, limits: Limits) -> None:
        self._scorer = scorer
        self._limits = limits
        self._swagger = swagger_document(schema, name=name) if schema is not None else None

    async def score(self, request: Request) -> Response:
        body = await read_json_body(request, self._limits)
        return Response(await self._scorer.answer(body), media_type="application/json")

    async def health(self, _request: Request) -> Response:
        return PlainTextResponse("Healthy")

    async def live(self, _request: Request) -> Response:
        return PlainTextResponse("Alive")

    async def ready(self, _request: Request) -> Response:
        if not self._scorer.has_room:
            raise RefusalError(503, "overloaded", "as many requests are waiting as may")
        return PlainTextResponse("Ready")

    async def swagger(self, _request: Request) -> Response:
        if self._swagger is None:
            raise RefusalError(
                404,
                "no-schema",
                "the service has no schema, so it has no Swagger document",
                hint="give the service a schema.json, which running the scoring script writes",
            )
        return Response(json.dumps(self._swagger), media_type="application/json")
