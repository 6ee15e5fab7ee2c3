"""Reads the schema files of the original project.

Their `internal` is a pickle, which is never opened: the type is derived again from `swagger` and
`type`.
"""

from typing import Any

from facewright.errors import SchemaError
from facewright.scoring.array import ArrayType
from facewright.scoring.data_types import DataTypes
from facewright.scoring.standard import StandardType
from facewright.scoring.table import TableType
from facewright.scoring.value_type import ValueType

_STANDARD = {
    ("string", None): "str",
    ("string", "byte"): "bytes",
    ("string", "binary"): "bytes",
    ("string", "date"): "date",
    ("string", "date-time"): "datetime",
    ("string", "time"): "time",
    ("integer", None): "int",
    ("number", None): "float",
    ("boolean", None): "bool",
    ("array", None): "list",
    ("object", None): "dict",
}
_DTYPES = {"integer": "int64", "number": "float64", "boolean": "bool", "string": "str"}
_COLUMNS = {"integer": "int64", "number": "float64", "boolean": "bool"}


def read_original(name: str, data_type: DataTypes, swagger: dict[str, Any]) -> ValueType:
    """Return the type of one argument of an original schema.

    Args:
        name: The argument, for the error.
        data_type: What its entry says in ``type``.
        swagger: What its entry says in ``swagger``.

    Raises:
        SchemaError: The swagger does not say enough.
    """
    try:
        match data_type:
            case DataTypes.NUMPY:
                return _array(swagger)
            case DataTypes.PANDAS:
                return _table(swagger)
            case _:
                return _standard(swagger)
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(
            f'the original schema\'s entry for "{name}" cannot be read from its swagger',
            hint="run the scoring script (`python score.py`) to write the schema again",
        ) from error


def _standard(swagger: dict[str, Any]) -> StandardType:
    kind, form = swagger["type"], swagger.get("format")
    return StandardType(_STANDARD.get((kind, form)) or _STANDARD[(kind, None)])


def _array(swagger: dict[str, Any]) -> ArrayType:
    inner, dimensions = swagger, 0
    while inner["type"] == "array":
        inner, dimensions = inner["items"], dimensions + 1
    if dimensions == 0:
        raise KeyError("array")
    lengths = _lengths(swagger.get("example"), dimensions)
    return ArrayType(_DTYPES[inner["type"]], dimensions, lengths[1:])


def _lengths(example: object, dimensions: int) -> tuple[int | None, ...]:
    """Return the example's length in each dimension; None where it does not say."""
    lengths: list[int | None] = []
    for _ in range(dimensions):
        items = example if isinstance(example, list) and example else None
        lengths.append(len(items) if items else None)
        example = items[0] if items else None
    return tuple(lengths)


def _table(swagger: dict[str, Any]) -> TableType:
    properties = swagger["items"]["properties"]
    return TableType(
        {name: _COLUMNS.get(kind["type"], "object") for name, kind in properties.items()}
    )
