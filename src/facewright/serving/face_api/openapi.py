"""The part of the OpenAPI 3.1 document that describes the face routes and both façades."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from facewright.serving.compreface.requests import (
    EmbeddingsBody,
    LookQuery,
    PageQuery,
    SourceAndTargets,
    SubjectBody,
)
from facewright.serving.face_api import failures, operations
from facewright.serving.face_api.operation import PHOTO_BODIES, Operation
from facewright.serving.face_api.options import (
    EnrolOptions,
    LookOptions,
    PageOptions,
    RecognizeOptions,
    VerifyOptions,
)
from facewright.serving.face_api.people import NameBody
from facewright.serving.face_api.photos import PhotosBody
from facewright.serving.inference_protocol.records import InferAnswer, InferRequest
from facewright.wire import faces

_REFERENCE = "#/components/schemas/{model}"

_BODIES: tuple[type[BaseModel], ...] = (
    PhotosBody,
    NameBody,
    InferRequest,
    SubjectBody,
    EmbeddingsBody,
    SourceAndTargets,
)
_ANSWERS: tuple[type[BaseModel], ...] = (
    faces.RecognizeAnswer,
    faces.DetectAnswer,
    faces.EmbedAnswer,
    faces.VerifyAnswer,
    faces.PeopleAnswer,
    faces.PersonEntry,
    faces.EnrolAnswer,
    faces.ModelAnswer,
    InferAnswer,
)
_OPTIONS: dict[str, type[BaseModel]] = {
    option.__name__: option
    for option in (
        RecognizeOptions,
        LookOptions,
        VerifyOptions,
        EnrolOptions,
        PageOptions,
        LookQuery,
        PageQuery,
    )
}


def face_api_document() -> dict[str, Any]:
    """Return `paths`, `components` and `tags`."""
    paths: dict[str, Any] = {}
    for operation in operations.ALL:
        described = _operation(operation)
        paths.setdefault(operation.path, {})[operation.method] = described
    return {
        "paths": paths,
        "components": {"schemas": _schemas()},
        "tags": [{"name": name, "description": words} for name, words in operations.TAGS.items()],
    }


def _schemas() -> dict[str, Any]:
    bodies = [(model, "validation") for model in _BODIES]
    answers = [(model, "serialization") for model in _ANSWERS]
    _, document = models_json_schema([*bodies, *answers], ref_template=_REFERENCE)  # type: ignore[list-item]
    schemas: dict[str, Any] = document["$defs"]
    return schemas


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation.path), *_query(operation)],
        "responses": {**_answers(operation), **_failures(operation)},
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content(operation)}
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]


def _query(operation: Operation) -> Iterable[dict[str, Any]]:
    if operation.options is None:
        return [
            {"name": name, "in": "query", "required": True, "schema": {"type": "string"}}
            for name in operation.required
        ]
    schema = _OPTIONS[operation.options].model_json_schema()
    return [*map(_parameter, schema["properties"].items())]


def _parameter(option: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    name, schema = option
    described = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if described.get("type") == "array":
        described.pop("uniqueItems", None)
        return {
            "name": name,
            "in": "query",
            "schema": described,
            "style": "form",
            "explode": False,
        }
    return {"name": name, "in": "query", "schema": _never_null(described)}


def _never_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    # A query holds no null; an option that may be left out is simply not there.
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else schema


def _content(operation: Operation) -> dict[str, Any]:
    if operation.body not in PHOTO_BODIES:
        return {"application/json": {"schema": _reference(str(operation.body))}}
    fields = PHOTO_BODIES[operation.body]
    photo = {"type": "string", "format": "binary"}
    if not fields:
        several = {"type": "array", "items": photo, "minItems": 1}
        form = {"type": "object", "properties": {"photo": several}, "required": ["photo"]}
        return {
            "image/*": {"schema": photo},
            "multipart/form-data": {"schema": form},
            "application/json": {
                "schema": _reference("PhotosBody"),
                "example": {"photos": ["<base64 of a photo's file>"]},
            },
        }
    texts = {name: {"type": "string", "contentEncoding": "base64"} for name in fields}
    files = dict.fromkeys(fields, photo)
    required = list(fields)
    return {
        "multipart/form-data": {
            "schema": {"type": "object", "properties": files, "required": required}
        },
        "application/json": {
            "schema": {"type": "object", "properties": texts, "required": required}
        },
    }


def _answers(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status in operation.statuses:
        answers[status] = {"description": operation.answer_words}
        if status == "204":
            continue
        schema = _reference(operation.answer) if operation.answer else {}
        content: dict[str, Any] = {"schema": schema}
        if operation.example is not None:
            content["example"] = operation.example
        answers[status]["content"] = {operation.media: content}
    return answers


def _failures(operation: Operation) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": _reference("Problem")}}
    content = failures.FAILURE_BODIES.get(operation.tag, problem)
    statuses = {**failures.ALWAYS, **(failures.OF_BODIES if operation.body else {})}
    statuses |= {status: failures.FAILURES[status] for status in operation.failures}
    return {
        # Keys are asked for before a façade hears of a request.
        status: {"description": words, "content": problem if status in ("401", "403") else content}
        for status, words in statuses.items()
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}
