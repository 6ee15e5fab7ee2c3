import contextlib
import datetime
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.errors import InputError
from facewright.scoring import (
    DataTypes,
    SampleDefinition,
    Schema,
    generate_schema,
    parse_inputs,
)
from facewright.scoring.schema import read_schema


def schema_for(sample: Any, data_type: DataTypes = DataTypes.STANDARD) -> Schema:
    def run(x: Any) -> None: ...

    schema = generate_schema(run, inputs={"x": SampleDefinition(data_type, sample)})
    return read_schema(json.loads(json.dumps(schema)))


TEXT = schema_for("text")


def parse(sample: Any, value: Any, data_type: DataTypes = DataTypes.STANDARD) -> Any:
    return parse_inputs(schema_for(sample, data_type), {"x": value})["x"]


def test_a_body_becomes_keyword_arguments() -> None:
    assert parse_inputs(TEXT, b'{"x": "a"}') == {"x": "a"}
    assert parse_inputs(TEXT, {"x": "a"}) == {"x": "a"}


def test_a_missing_key_is_left_for_run_to_judge() -> None:
    assert parse_inputs(TEXT, b"{}") == {}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Input failed JSON deserialization: "),
        (b"{", "Input failed JSON deserialization: "),
        (b"\xff", "Input failed JSON deserialization: "),
        (b'{"x": NaN}', "Input failed JSON deserialization: NaN is not JSON"),
        (b"[" * 100_000, "Input failed JSON deserialization: "),
        (b'{"x": ' + b"1" * 5000 + b"}", "Input failed JSON deserialization: "),
        (
            b"[]",
            "Input request does not respect the schema defined by the service's swagger "
            "specification.",
        ),
        (b'{"y": 1}', "Argument mismatch: Unexpected argument y"),
        (
            b'{"x": 1}',
            "Failed to deserialize x to type provided by input schema, Error Details: expected str "
            "as a JSON string, received integer",
        ),
    ],
)
def test_failures_keep_the_originals_words(body: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_inputs(TEXT, body)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("sample", "value", "wanted"),
    [
        (1, 7, 7),
        (1.0, 7.5, 7.5),
        (1.0, 7, 7.0),
        (True, False, False),
        (b"", "AP8=", b"\x00\xff"),
        (b"", "AP\r\n8=\n", b"\x00\xff"),
        (bytearray(), "AP8=", bytearray(b"\x00\xff")),
        (datetime.date(2018, 1, 1), "2026-02-03", datetime.date(2026, 2, 3)),
        (datetime.time(1), "10:11", datetime.time(10, 11)),
        (
            datetime.datetime(2018, 1, 1),
            "2026-02-03T04:05:06Z",
            datetime.datetime(2026, 2, 3, 4, 5, 6, tzinfo=datetime.UTC),
        ),
        ([1], ["any", None], ["any", None]),
        ({"a": 1}, {"b": [2]}, {"b": [2]}),
    ],
)
def test_values_take_exactly_the_samples_type(sample: Any, value: Any, wanted: Any) -> None:
    got = parse(sample, value)

    assert got == wanted
    assert type(got) is type(wanted)


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        (1, True),
        (1, 1.0),
        (1, "1"),
        (1.0, "1"),
        (1.0, True),
        (1.0, 10**400),
        (True, 1),
        ("a", None),
        ("a", ["a"]),
        (b"", "not base64!"),
        (b"", "AP8"),
        (b"", "A!P8="),
        (b"", 5),
        (b"", "é"),
        (datetime.date(2018, 1, 1), "yesterday"),
        (datetime.datetime(2018, 1, 1), 5),
        ([1], {"a": 1}),
        ({"a": 1}, [1]),
    ],
)
def test_values_of_another_type_are_refused(sample: Any, value: Any) -> None:
    with pytest.raises(InputError, match="Failed to deserialize x to type provided by input"):
        parse(sample, value)


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        (np.zeros((1, 2), np.float32), [[1, 2.5], [3, 4], [5, 6]]),
        (np.zeros((1, 2), np.uint8), [[0, 255]]),
        (np.zeros(1, bool), [True, False]),
        (np.array(["a"]), ["longer text", "b"]),
        (np.zeros((1, 2, 3)), [[[1, 2, 3], [4, 5, 6]]]),
    ],
)
def test_lists_become_arrays_of_the_samples_dtype(sample: Any, value: Any) -> None:
    array = parse(sample, value, DataTypes.NUMPY)

    np.testing.assert_array_equal(array, value)
    assert array.dtype.kind == sample.dtype.kind
    assert sample.dtype.kind == "U" or array.dtype == sample.dtype


@pytest.mark.parametrize(
    ("sample", "value", "words"),
    [
        (np.zeros((1, 2)), [1, 2], "expected 2 dimensions, received 1"),
        (np.zeros((1, 2)), [[1, 2, 3]], "expected 2 values in dimension 1, received 3"),
        (np.zeros((1, 2)), [[1, 2], [3]], "inhomogeneous"),
        (np.zeros((1, 2)), [["1", "2"]], "expected float64 values, received str"),
        (np.zeros((1, 2)), [[None, 1]], "expected float64 values, received object"),
        (np.zeros((1, 2), np.uint8), [[0, 256]], "out of bounds"),
        (np.zeros((1, 2), np.uint8), [[0, 1.5]], "expected uint8 values, received float64"),
        (np.zeros(1, np.float32), [1e300], "overflow"),
        (np.zeros(1, bool), [1], "expected bool values"),
        (np.zeros(1), 5, "expected an array, received int"),
        (np.zeros(1), [10**400], "expected float64 values"),
    ],
)
def test_lists_of_another_shape_or_kind_are_refused(sample: Any, value: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse(sample, value, DataTypes.NUMPY)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize("schema", [TEXT, schema_for(1.5), schema_for(b""), schema_for([1])])
@given(body=json_values | st.fixed_dictionaries({"x": json_values}))
def test_any_json_value_is_taken_or_refused_as_input(schema: Schema, body: Any) -> None:
    with contextlib.suppress(InputError):
        parse_inputs(schema, json.dumps(body).encode())


ARRAY = schema_for(np.zeros((1, 2), np.uint8), DataTypes.NUMPY)


@given(json_values)
def test_any_json_value_is_an_array_or_refused_as_input(value: Any) -> None:
    try:
        array = parse_inputs(ARRAY, {"x": value})["x"]
    except InputError:
        return
    assert array.dtype == np.uint8
    assert array.shape[1:] == (2,)


@given(st.binary())
def test_any_bytes_are_taken_or_refused_as_input(body: bytes) -> None:
    with contextlib.suppress(InputError):
        parse_inputs(TEXT, body)
