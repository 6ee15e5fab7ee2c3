import base64
import datetime
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facewright.errors import MissingLibrary, SchemaError
from facewright.scoring import (
    DataTypes,
    SampleDefinition,
    generate_schema,
    load_schema,
    parse_inputs,
)
from facewright.scoring.schema import read_schema


def run(input_bytes: str) -> str:
    return input_bytes


def standard(sample: Any) -> SampleDefinition:
    return SampleDefinition(DataTypes.STANDARD, sample)


def of(sample: Any, data_type: DataTypes = DataTypes.STANDARD) -> dict[str, Any]:
    schema = generate_schema(run, inputs={"input_bytes": SampleDefinition(data_type, sample)})
    return dict(schema["input"]["input_bytes"])


def test_the_face_projects_schema_keeps_the_originals_outer_shape() -> None:
    schema = generate_schema(run, inputs={"input_bytes": standard("byestring_representing_image")})

    assert schema == {
        "format": 1,
        "input": {
            "input_bytes": {
                "internal": {"kind": "standard", "python": "str"},
                "swagger": {"type": "string", "example": "byestring_representing_image"},
                "type": 0,
            }
        },
    }


def test_the_file_holds_what_was_returned(tmp_path: Path) -> None:
    path = tmp_path / "outputs" / "schema.json"

    schema = generate_schema(run, {"input_bytes": standard("a")}, {"who": standard("b")}, path)

    assert json.loads(path.read_text()) == schema
    loaded = load_schema(path)
    assert list(loaded.inputs) == ["input_bytes"]
    assert list(loaded.outputs) == ["who"]


@pytest.mark.parametrize(
    ("sample", "swagger"),
    [
        (3, {"type": "integer", "format": "int64", "example": 3}),
        (1.5, {"type": "number", "format": "double", "example": 1.5}),
        (True, {"type": "boolean", "example": True}),
        (b"\x00", {"type": "string", "format": "byte", "example": "AA=="}),
        (
            datetime.date(2018, 3, 1),
            {"type": "string", "format": "date", "example": "2018-03-01"},
        ),
        (
            datetime.datetime(2018, 3, 1, 12),
            {"type": "string", "format": "date-time", "example": "2018-03-01T12:00:00"},
        ),
        (
            [1, 2, 3, 4, 5],
            {
                "type": "array",
                "items": {"type": "integer", "format": "int64"},
                "example": [1, 2, 3],
            },
        ),
        (
            {"a": "b"},
            {
                "type": "object",
                "properties": {"a": {"type": "string", "example": "b"}},
                "example": {"a": "b"},
            },
        ),
    ],
)
def test_plain_samples_describe_themselves(sample: Any, swagger: dict[str, Any]) -> None:
    assert of(sample)["swagger"] == swagger


def test_an_array_sample_keeps_three_records() -> None:
    entry = of(np.zeros((10, 2), np.float32), DataTypes.NUMPY)

    assert entry == {
        "internal": {"kind": "array", "dtype": "float32", "shape": [None, 2]},
        "swagger": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "number", "format": "double"}},
            "example": [[0.0, 0.0]] * 3,
        },
        "type": 1,
    }


@pytest.mark.parametrize(
    ("sample", "data_type", "words"),
    [
        (object(), DataTypes.STANDARD, "a sample of type object cannot travel"),
        (None, DataTypes.STANDARD, "a sample of type NoneType cannot travel"),
        ([object()], DataTypes.STANDARD, "cannot travel"),
        ({"a": {1, 2}}, DataTypes.STANDARD, "cannot travel"),
        ([1, 2], DataTypes.NUMPY, "expected a numpy.ndarray"),
        (np.zeros(()), DataTypes.NUMPY, "0 dimensions"),
        (np.array([{}]), DataTypes.NUMPY, "of object"),
        ([], DataTypes.SPARK, "a Spark data frame, which Facewright does not run"),
        ([], 7, r"expected 0 \(STANDARD\), 1 \(NUMPY\), 3 \(PANDAS\)"),
    ],
)
def test_samples_that_cannot_travel_are_refused(sample: Any, data_type: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        of(sample, data_type)


def test_a_data_frame_needs_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)  # as if it were not installed
    with pytest.raises(MissingLibrary, match="needs pandas") as caught:
        of([], DataTypes.PANDAS)
    assert "pip install pandas" in str(caught.value.hint)


def test_a_bare_sample_is_refused() -> None:
    with pytest.raises(SchemaError, match="expected a SampleDefinition"):
        generate_schema(run, inputs={"input_bytes": "text"})  # type: ignore[dict-item]


def test_argument_counts_are_compared_in_the_originals_words() -> None:
    with pytest.raises(SchemaError) as caught:
        generate_schema(run, inputs={"a": standard(1), "b": standard(2)})
    assert caught.value.message == (
        "Argument mismatch: Provided run function has 1 arguments while 2 inputs were previously "
        "declared for it"
    )


def test_argument_names_are_compared() -> None:
    with pytest.raises(SchemaError, match="no argument photo, .* it has input_bytes"):
        generate_schema(run, inputs={"photo": standard("a")})


def test_arguments_no_request_can_name_are_refused() -> None:
    def anything(*args: Any) -> None: ...

    with pytest.raises(SchemaError, match=r"takes \*args"):
        generate_schema(anything, inputs={"args": standard("a")})


def test_a_failed_schema_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        generate_schema(run, {"x": standard(1)}, filepath=tmp_path / "schema.json")
    assert list(tmp_path.iterdir()) == []


ORIGINAL = {
    "input": {
        "input_bytes": {
            # A pickle that would make a file called owned, were it ever opened.
            "internal": base64.b64encode(b"cos\nmkdir\n(S'owned'\ntR.").decode(),
            "swagger": {"type": "string", "example": "byestring_representing_image"},
            "type": 0,
        }
    }
}


def original(swagger: dict[str, Any], data_type: int) -> Any:
    entry = {"internal": "gANYAQ==", "swagger": swagger, "type": data_type}
    return read_schema({"input": {"x": entry}})


def test_a_file_of_the_original_is_read_and_its_pickle_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(ORIGINAL))

    schema = load_schema(path)

    assert parse_inputs(schema, b'{"input_bytes": "abc"}') == {"input_bytes": "abc"}
    assert [file.name for file in tmp_path.iterdir()] == ["schema.json"]


def test_a_files_array_is_derived_from_the_originals_example() -> None:
    number = {"type": "number", "format": "double"}
    nested = {"type": "array", "items": {"type": "array", "items": number}}
    schema = original({**nested, "example": [[1.0, 2.0]]}, 1)

    assert parse_inputs(schema, b'{"x": [[1, 2], [3, 4]]}')["x"].shape == (2, 2)
    assert read_schema({"input": {}}).inputs == {}
    assert original(nested, 1).inputs["x"].value_type.trailing == (None,)


@pytest.mark.parametrize(
    ("swagger", "python"),
    [
        ({"type": "integer", "format": "int32"}, "int"),
        ({"type": "string", "format": "byte"}, "bytes"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "object", "additionalProperties": {}}, "dict"),
    ],
)
def test_a_files_plain_type_is_derived_from_the_originals_swagger(
    swagger: dict[str, Any], python: str
) -> None:
    assert original(swagger, 0).inputs["x"].value_type.python == python


def test_a_files_table_is_derived_from_the_originals_swagger() -> None:
    swagger = {"type": "array", "items": {"properties": {"a": {"type": "integer"}}}}

    assert original(swagger, 3).inputs["x"].value_type.columns == {"a": "int64"}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], 'no "input" object'),
        ({"input": []}, 'no "input" object'),
        ({"format": 2, "input": {}}, "format 2; this Facewright reads formats up to 1"),
        ({"format": "1", "input": {}}, "format '1'"),
        ({"format": 1, "input": {"x": 3}}, 'entry for "x" holds no swagger'),
        ({"format": 1, "input": {"x": {"swagger": {}, "type": 9}}}, "has the type 9"),
        ({"format": 1, "input": {"x": {"swagger": {}, "type": "0"}}}, "has the type '0'"),
        ({"format": 1, "input": {"x": {"swagger": {}, "type": 0, "internal": "gA=="}}}, "no plain"),
        (
            {
                "format": 1,
                "input": {"x": {"swagger": {}, "type": 0, "internal": {"python": "eval"}}},
            },
            "names the type 'eval'",
        ),
        (
            {"format": 1, "input": {"x": {"swagger": {}, "type": 1, "internal": {"dtype": "O"}}}},
            "gives an array the shape None",
        ),
        (
            {
                "format": 1,
                "input": {
                    "x": {"swagger": {}, "type": 1, "internal": {"dtype": "O", "shape": [None]}}
                },
            },
            "the dtype 'O'",
        ),
        ({"format": 1, "input": {}, "output": 3}, '"output" is not an object'),
        ({"input": {"x": {"swagger": {}, "type": 0}}}, "cannot be read from its swagger"),
        ({"input": {"x": {"swagger": {"type": "number"}, "type": 1}}}, "cannot be read"),
        ({"input": {"x": {"swagger": {"type": "array"}, "type": 2}}}, "Spark"),
    ],
)
def test_what_is_no_schema_says_why(document: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        read_schema(document)


@pytest.mark.parametrize("text", ["", "{", "\udcff", "[" * 100_000])
def test_a_file_that_is_no_json_says_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(text, errors="surrogateescape")

    with pytest.raises(SchemaError, match="is not JSON"):
        load_schema(path)


def test_a_missing_file_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be read: No such file") as caught:
        load_schema(tmp_path / "schema.json")
    assert "python score.py" in str(caught.value.hint)
