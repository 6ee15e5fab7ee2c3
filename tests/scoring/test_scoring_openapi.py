from typing import Any

import pytest

from facewright.scoring import DataTypes, SampleDefinition, generate_schema
from facewright.scoring.openapi import merged, openapi_document
from facewright.scoring.schema import Schema, read_schema

jsonschema: Any = pytest.importorskip("jsonschema")


def schema(outputs: dict[str, Any] | None = None) -> Schema:
    def run(photo: str, options: dict[str, Any]) -> None: ...

    samples = {"photo": "base64", "options": {"example": "kept", "sizes": [1, 2]}}
    made = generate_schema(
        run,
        {name: SampleDefinition(DataTypes.STANDARD, value) for name, value in samples.items()},
        {n: SampleDefinition(DataTypes.STANDARD, v) for n, v in (outputs or {}).items()},
    )
    return read_schema(made)


def test_the_input_is_json_schema_that_holds_its_examples() -> None:
    document = openapi_document(schema(), name="faces")
    wanted = document["components"]["schemas"]["ServiceInput"]

    jsonschema.Draft202012Validator.check_schema(wanted)
    jsonschema.validate({"photo": "x", "options": {"example": "a", "sizes": [3]}}, wanted)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"photo": 1}, wanted)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"other": 1}, wanted)
    assert wanted["properties"]["photo"]["examples"] == ["base64"]
    assert wanted["properties"]["options"]["properties"]["example"]["examples"] == ["kept"]


@pytest.mark.parametrize("declared", [None, {"answer": "text"}, {"a": 1, "b": [1.5]}])
def test_the_document_is_openapi_31_and_every_reference_is_defined(
    declared: dict[str, Any] | None,
) -> None:
    document = openapi_document(schema(declared), name="faces")

    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "faces"
    for reference in references(document):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    output = document["components"]["schemas"]["ServiceOutput"]
    jsonschema.Draft202012Validator.check_schema(output)


def test_a_script_without_a_schema_has_a_document_too() -> None:
    document = openapi_document(None, name="faces")

    assert "type" not in document["components"]["schemas"]["ServiceInput"]


def test_what_extensions_describe_is_added() -> None:
    own = openapi_document(None, name="faces")
    part = {
        "paths": {"/v1/recognize": {"post": {}}},
        "components": {"schemas": {"Face": {"type": "object"}}},
        "tags": [{"name": "faces"}],
    }
    document = merged(own, [part])

    assert {"/score", "/v1/recognize"} <= document["paths"].keys()
    assert {"Problem", "Face"} <= document["components"]["schemas"].keys()
    assert document["tags"] == [{"name": "faces"}]
    assert "/v1/recognize" not in own["paths"]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for inner in value.values() for found in references(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in references(inner)]
    return []
