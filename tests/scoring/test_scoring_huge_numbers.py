"""JSON's grammar has numbers that no float holds: 1e999 becomes infinity while it is read."""

import json
from typing import Any

import numpy as np
import pytest

from facewright.errors import InputError
from facewright.scoring import DataTypes, SampleDefinition, generate_schema, parse_inputs
from facewright.scoring.schema import read_schema


def parse(sample: Any, text: bytes, data_type: DataTypes) -> Any:
    def run(x: Any) -> None: ...

    schema = generate_schema(run, inputs={"x": SampleDefinition(data_type, sample)})
    schema_ = read_schema(json.loads(json.dumps(schema)))
    return parse_inputs(schema_, b'{"x": ' + text + b"}")["x"]


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1" + b"0" * 400])
def test_numbers_no_float_holds_are_refused(number: bytes) -> None:
    pandas = pytest.importorskip("pandas")
    array, table = np.zeros((1, 1)), pandas.DataFrame({"a": [1.0]})

    with pytest.raises(InputError, match="Failed to deserialize x"):
        parse(1.5, number, DataTypes.STANDARD)
    with pytest.raises(InputError, match="Failed to deserialize x"):
        parse(array, b"[[" + number + b"]]", DataTypes.NUMPY)
    with pytest.raises(InputError, match="Failed to deserialize x"):
        parse(table, b'[{"a": ' + number + b"}]", DataTypes.PANDAS)


def test_the_largest_float_is_taken() -> None:
    assert parse(1.5, b"1.7976931348623157e308", DataTypes.STANDARD) == 1.7976931348623157e308
    array = parse(np.zeros(1), b"[1.7976931348623157e308]", DataTypes.NUMPY)
    assert array.tolist() == [1.7976931348623157e308]


def test_records_become_a_table_of_the_samples_columns() -> None:
    pandas = pytest.importorskip("pandas")
    sample = pandas.DataFrame({"name": ["Ada"], "age": [36], "height": [1.6]})

    table = parse(sample, b'[{"name": "Bo", "age": 3, "height": 1}]', DataTypes.PANDAS)

    assert table.to_dict(orient="records") == [{"name": "Bo", "age": 3, "height": 1.0}]


@pytest.mark.parametrize(
    "text",
    [b"{}", b"[1]", b'[{"weight": 1}]', b'[{"age": "old"}]', b'[{"age": null}]', b'[{"age": {}}]'],
)
def test_records_of_another_kind_are_refused(text: bytes) -> None:
    pandas = pytest.importorskip("pandas")

    with pytest.raises(InputError, match="Failed to deserialize x"):
        parse(pandas.DataFrame({"age": [36]}), text, DataTypes.PANDAS)
