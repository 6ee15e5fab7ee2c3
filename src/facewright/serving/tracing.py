"""Traces, where the extra ``tracing`` is installed and OpenTelemetry's variables say where to.

One span per request under the semantic conventions for HTTP servers; a ``traceparent`` header
continues the caller's trace. The SDK itself reads ``OTEL_EXPORTER_OTLP_ENDPOINT``,
``OTEL_SERVICE_NAME`` and the others.
"""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facewright.errors import MissingLibrary


def trace(app: ASGIApp, name: str) -> ASGIApp:
    """Return an application that sends a span for each request.

    Args:
        app: What is behind it.
        name: The service, unless ``OTEL_SERVICE_NAME`` names it.

    Raises:
        MissingLibrary: The extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MissingLibrary(
            "sending traces needs OpenTelemetry, which is not installed",
            hint="run `pip install 'facewright[tracing]'`, or unset OTEL_EXPORTER_OTLP_ENDPOINT",
        ) from error
    resource = Resource.create({"service.name": name}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return _Traced(app, provider.get_tracer("facewright"))


class _Traced:
    """Wraps each request in a span."""

    def __init__(self, app: ASGIApp, tracer: Any) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        with self._tracer.start_as_current_span(
            scope["method"],
            context=extract(_carrier(scope)),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"], "url.scheme": scope["scheme"]},
        ) as span:

            async def mark(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app(scope, receive, mark)
            if (path := getattr(scope.get("route"), "path", None)) is not None:
                span.update_name(f"{scope['method']} {path}")
                span.set_attribute("http.route", path)


def _carrier(scope: Scope) -> Mapping[str, str]:
    headers = Headers(scope=scope)
    return {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
