from typing import Any

from facewright.scoring import DataTypes, SampleDefinition, generate_schema, swagger_document
from facewright.scoring.schema import Schema, read_schema


def run(input_bytes: str, top: int) -> Any: ...


def schema(**outputs: Any) -> Schema:
    samples = {"input_bytes": "photo", "top": 3}
    return read_schema(
        generate_schema(
            run,
            {name: SampleDefinition(DataTypes.STANDARD, value) for name, value in samples.items()},
            {name: SampleDefinition(DataTypes.STANDARD, value) for name, value in outputs.items()},
        )
    )


def test_the_input_is_one_object_with_one_example() -> None:
    document = swagger_document(schema(), name="faces")

    assert document["swagger"] == "2.0"
    assert document["info"]["title"] == "faces"
    assert document["info"]["version"] == "1.0"
    assert document["definitions"]["ServiceInput"] == {
        "type": "object",
        "properties": {
            "input_bytes": {"type": "string"},
            "top": {"type": "integer", "format": "int64"},
        },
        "example": {"input_bytes": "photo", "top": 3},
    }


def test_the_operations_are_the_originals() -> None:
    paths = swagger_document(schema(), name="faces", prefix="/api/v1/service/faces")["paths"]

    assert paths["/api/v1/service/faces/"]["get"]["operationId"] == "ServiceHealthCheck"
    score = paths["/api/v1/service/faces/score"]["post"]
    assert score["operationId"] == "RunMLService"
    assert score["parameters"][0]["name"] == "serviceInputPayload"


def test_the_output_is_declared_or_text() -> None:
    def output(**declared: Any) -> Any:
        return swagger_document(schema(**declared), name="n")["definitions"]["ServiceOutput"]

    assert output() == {"type": "string"}
    assert output(who="Ada") == {"type": "string", "example": "Ada"}
    assert list(output(who="Ada", sure=0.5)["properties"]) == ["who", "sure"]


def test_every_reference_is_defined() -> None:
    document = swagger_document(schema(), name="n")
    names = {f"#/definitions/{name}" for name in document["definitions"]}

    assert set(references(document)) <= names


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for value in node.values() for found in references(value)]
    if isinstance(node, list):
        return [found for value in node for found in references(value)]
    return []
