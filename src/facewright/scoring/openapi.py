"""The OpenAPI 3.1 document of a scoring service."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from facewright.scoring.schema import Declared, Schema

_PROBLEM = {
    "type": "object",
    "description": "Why a request failed (RFC 9457, with two members of the original's).",
    "required": ["title", "status", "detail", "code", "errorCode", "message"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable word for programs."},
        "hint": {"type": "string"},
        "requestId": {"type": "string"},
        "errorCode": {"type": "integer"},
        "message": {"type": "string"},
    },
}
_FAILURES = {
    "400": "The body does not fit the schema",
    "401": "No key of the service was sent",
    "403": "The key does not open this",
    "408": "The body did not arrive in time",
    "413": "The body is too long",
    "415": "The body is of another media type",
    "429": "As many requests are waiting as may; see Retry-After",
    "431": "The headers or the request id are too long",
    "500": "The scoring script failed",
    "504": "The answer was not ready in time",
}


def openapi_document(schema: Schema | None, *, name: str, prefix: str = "") -> dict[str, Any]:
    """Return the document that ``/openapi.json`` answers.

    Args:
        schema: What the service takes and gives; None for a script that takes the body as text.
        name: The service.
        prefix: What stands before ``/score`` in its address, such as ``/api/v1/service/faces``.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1.0"},
        **({"servers": [{"url": prefix}]} if prefix else {}),
        "paths": {
            "/score": {"post": _score()},
            "/": {"get": _probe("ServiceHealthCheck", "Tells whether the service is up")},
            "/livez": {"get": _probe("Live", "Tells whether the server lives")},
            "/readyz": {"get": _probe("Ready", "Tells whether the server takes requests")},
        },
        "components": {
            "schemas": {
                "ServiceInput": _input(schema),
                "ServiceOutput": _output(schema),
                "Problem": _PROBLEM,
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
        "security": [{}, {"bearer": []}, {"apiKey": []}],
    }


def merged(document: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a document with the paths, components and tags of others added."""
    result: dict[str, Any] = copy.deepcopy(dict(document))
    for part in parts:
        result["paths"].update(part.get("paths", {}))
        result.setdefault("tags", []).extend(part.get("tags", []))
        for kind, members in part.get("components", {}).items():
            result["components"].setdefault(kind, {}).update(members)
    return result


def _score() -> dict[str, Any]:
    return {
        "operationId": "RunMLService",
        "summary": "Runs the service's model on the input",
        "requestBody": {
            "required": True,
            "content": _json_of("ServiceInput"),
        },
        "responses": {
            "200": {
                "description": "What run() returned, encoded as JSON once more",
                "content": _json_of("ServiceOutput"),
            },
            **{status: _failure(words) for status, words in _FAILURES.items()},
        },
    }


def _probe(operation: str, summary: str) -> dict[str, Any]:
    text = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "operationId": operation,
        "summary": summary,
        "security": [],
        "responses": {
            "200": {"description": "Yes", "content": text},
            "default": _failure("No"),
        },
    }


def _failure(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}


def _json_of(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _input(schema: Schema | None) -> dict[str, Any]:
    if schema is None:
        return {"description": "Whatever the scoring script's run() reads from the body's text."}
    return {
        "type": "object",
        "properties": {name: _as_31(one.swagger) for name, one in schema.inputs.items()},
        "additionalProperties": False,
    }


def _output(schema: Schema | None) -> dict[str, Any]:
    outputs: dict[str, Declared] = schema.outputs if schema is not None else {}
    if len(outputs) == 1:
        return _as_31(next(iter(outputs.values())).swagger)
    if not outputs:
        return {"description": "What run() returned; a JSON string where it returned text."}
    return {
        "type": "object",
        "properties": {name: _as_31(one.swagger) for name, one in outputs.items()},
    }


def _as_31(swagger: dict[str, Any]) -> dict[str, Any]:
    """Return a Swagger 2.0 type as JSON Schema 2020-12, where examples are a list."""
    converted = {key: value for key, value in swagger.items() if key != "example"}
    if "example" in swagger:
        converted["examples"] = [swagger["example"]]
    if isinstance(swagger.get("items"), dict):
        converted["items"] = _as_31(swagger["items"])
    if isinstance(swagger.get("properties"), dict):
        converted["properties"] = {name: _as_31(one) for name, one in swagger["properties"].items()}
    return converted
