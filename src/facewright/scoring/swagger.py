"""The Swagger 2.0 document of a scoring service, as the original's."""

from typing import Any

from facewright.scoring.schema import Declared, Schema

_JSON = ["application/json"]
_ERROR = {
    "type": "object",
    "properties": {
        "status_code": {"type": "integer", "format": "int32"},
        "message": {"type": "string"},
    },
}


def swagger_document(schema: Schema, *, name: str, prefix: str = "") -> dict[str, Any]:
    """Return the document that ``/swagger.json`` answers.

    Args:
        schema: What the service takes and gives.
        name: The service.
        prefix: What stands before ``/score`` in its address, such as ``/api/v1/service/faces``.
    """
    return {
        "swagger": "2.0",
        "info": {
            "title": name,
            "description": f"API specification for the service {name}",
            "version": "1.0",
        },
        "schemes": ["https", "http"],
        "consumes": _JSON,
        "produces": _JSON,
        "paths": {f"{prefix}/": {"get": _health()}, f"{prefix}/score": {"post": _score()}},
        "definitions": {
            "ServiceInput": _object(schema.inputs),
            "ServiceOutput": _output(schema.outputs),
            "ErrorResponse": _ERROR,
        },
    }


def _health() -> dict[str, Any]:
    return {
        "operationId": "ServiceHealthCheck",
        "description": "Tells whether the service is up",
        "responses": {
            "200": {
                "description": "The service is up",
                "schema": {"type": "string", "example": "Healthy"},
            },
            "default": _failure(),
        },
    }


def _score() -> dict[str, Any]:
    return {
        "operationId": "RunMLService",
        "description": "Runs the service's model on the input",
        "parameters": [
            {
                "name": "serviceInputPayload",
                "in": "body",
                "description": "The arguments of the scoring script's run()",
                "required": True,
                "schema": {"$ref": "#/definitions/ServiceInput"},
            }
        ],
        "responses": {
            "200": {
                "description": "The service processed the input and answered",
                "schema": {"$ref": "#/definitions/ServiceOutput"},
            },
            "default": _failure(),
        },
    }


def _failure() -> dict[str, Any]:
    return {
        "description": "The service failed to handle the request",
        "schema": {"$ref": "#/definitions/ErrorResponse"},
    }


def _object(declared: dict[str, Declared]) -> dict[str, Any]:
    properties = {
        name: {key: value for key, value in one.swagger.items() if key != "example"}
        for name, one in declared.items()
    }
    example = {
        name: one.swagger["example"] for name, one in declared.items() if "example" in one.swagger
    }
    return {"type": "object", "properties": properties, "example": example}


def _output(declared: dict[str, Declared]) -> dict[str, Any]:
    """Return the one result's own type, an object of several, or a string when none is declared."""
    if len(declared) == 1:
        return next(iter(declared.values())).swagger
    return _object(declared) if declared else {"type": "string"}
