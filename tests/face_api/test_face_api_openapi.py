"""The document says what the routes do."""

from typing import Any

import httpx
import pytest

from facewright.serving.face_api import examples, operations
from facewright.serving.face_api.openapi import face_api_document
from facewright.wire.faces import EnrolAnswer, PeopleAnswer, RecognizeAnswer


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return face_api_document()


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set[str]().union(*(_references(value) for value in node))
    return set()


def test_every_schema_that_is_named_is_there(document: dict[str, Any]) -> None:
    names = {reference.rpartition("/")[2] for reference in _references(document)}
    # The server's own document holds the problem.
    assert names - set(document["components"]["schemas"]) == {"Problem"}


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation.name for operation in operations.ALL]
    assert len(names) == len(set(names))
    assert {operation.tag for operation in operations.ALL} == set(operations.TAGS)


def test_examples_are_answers() -> None:
    assert RecognizeAnswer.model_validate(examples.RECOGNIZED).photos[0].faces[0].name == "ada"
    assert PeopleAnswer.model_validate(examples.PEOPLE).total == 2
    assert EnrolAnswer.model_validate(examples.ENROLLED).added == 2


def test_the_server_answers_every_path_of_its_document(service: httpx.Client) -> None:
    paths: dict[str, Any] = service.get("/openapi.json").json()["paths"]
    for operation in operations.ALL:
        assert operation.method in paths[operation.path], operation
        path = operation.path.replace("{model}", "recognizer")
        for parameter in ("name", "photo", "subject", "image_id"):
            path = path.replace("{" + parameter + "}", "nobody")
        response = service.request(operation.method, path)
        assert response.status_code not in (405, 500), (operation, response.text)
        if response.status_code == 404:
            # Nobody is there, rather than no route.
            assert response.json().get("code") != "not-found", operation


def test_every_route_is_in_the_document(service: httpx.Client) -> None:
    described = {(each.path, each.method.upper()) for each in operations.ALL}
    assert ("/v1/recognize", "POST") in described
    for path in ("/v1/model", "/v1/people", "/v2", "/api/v1/recognition/subjects"):
        assert service.get(path).status_code == 200
        assert (path, "GET") in described


def test_queries_are_described_without_null(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                assert "null" not in str(parameter["schema"]), (path, parameter)
