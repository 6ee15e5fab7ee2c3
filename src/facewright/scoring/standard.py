"""Plain Python values: text, numbers, truth values, bytes, dates, lists and objects."""

import base64
import binascii
import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facewright.errors import SchemaError
from facewright.scoring.value_type import EXAMPLE_RECORDS

_SWAGGER: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer", "format": "int64"},
    "float": {"type": "number", "format": "double"},
    "bool": {"type": "boolean"},
    "bytes": {"type": "string", "format": "byte"},
    "bytearray": {"type": "string", "format": "byte"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "list": {"type": "array"},
    "dict": {"type": "object"},
}
_JSON_NAMES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
    type(None): "null",
}


@dataclass(frozen=True)
class StandardType:
    """A value of exactly one Python type.

    One mercy: JSON does not tell 1 from 1.0, so a whole number is read where a float is declared.

    Attributes:
        python: Name of the type, one of ``str int float bool bytes bytearray datetime date time
            list dict``.
    """

    python: str

    @classmethod
    def of(cls, sample: object) -> "StandardType":
        """Return the type of `sample`.

        Raises:
            SchemaError: JSON has no form for such a value.
        """
        name = type(sample).__name__
        if name not in _SWAGGER:
            raise SchemaError(
                f"a sample of type {name} cannot travel as JSON; expected one of "
                f"{', '.join(_SWAGGER)}",
                hint="arrays are DataTypes.NUMPY, data frames are DataTypes.PANDAS",
            )
        return cls(name)

    @classmethod
    def read(cls, internal: dict[str, Any]) -> "StandardType":
        """Return the type that a schema file describes."""
        name = internal.get("python")
        if name not in _SWAGGER:
            raise SchemaError(f"the schema names the type {name!r}; expected {', '.join(_SWAGGER)}")
        return cls(str(name))

    def internal(self) -> dict[str, Any]:
        """Return the description that the schema file keeps."""
        return {"kind": "standard", "python": self.python}

    def swagger(self, sample: Any) -> dict[str, Any]:
        """Return the Swagger type, with `sample` as its example."""
        swagger = {**_SWAGGER[self.python], "example": as_json(sample)}
        if self.python == "list":
            items = StandardType.of(sample[0]).swagger(sample[0]) if sample else {"type": "object"}
            swagger["items"] = {key: items[key] for key in items if key != "example"}
        if self.python == "dict":
            swagger["properties"] = {
                str(k): StandardType.of(v).swagger(v) for k, v in sample.items()
            }
        return swagger

    def parse(self, value: object) -> Any:
        """Return the value that a JSON value stands for."""
        parser, carrier = _PARSERS.get(self.python), _CARRIERS[self.python]
        if self.python == "float" and type(value) is int:
            return _float(value)
        if type(value) is not carrier:
            raise ValueError(
                f"expected {self.python} as a JSON {_JSON_NAMES[carrier]}, received "
                f"{_JSON_NAMES.get(type(value), 'something else')}"
            )
        if self.python == "float" and not math.isfinite(value):  # type: ignore[arg-type]
            raise ValueError("the number is too large for a float")  # JSON's 1e999
        return parser(value) if parser else value


def as_json(sample: Any) -> Any:
    """Return a plain value in its JSON form, shortened to a few records.

    Raises:
        SchemaError: JSON has no form for a part of it.
    """
    match sample:
        case None | bool() | int() | float() | str():
            return sample
        case bytes() | bytearray():
            return base64.b64encode(sample).decode("ascii")
        case datetime.date() | datetime.time():
            return sample.isoformat()
        case list() | tuple():
            return [as_json(item) for item in sample[:EXAMPLE_RECORDS]]
        case dict():
            return {str(key): as_json(item) for key, item in sample.items()}
    raise SchemaError(f"a sample holds a {type(sample).__name__}, which cannot travel as JSON")


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("the number is too large for a float") from error


def _base64(text: str) -> bytes:
    try:
        # Some clients wrap base64 into lines; nothing else may stand in it.
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64: {error}") from error


def _moment(kind: Any, text: str) -> Any:
    try:
        return kind.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"expected a {kind.__name__} in ISO 8601") from error


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "bytes": _base64,
    "bytearray": lambda text: bytearray(_base64(text)),
    "datetime": lambda text: _moment(datetime.datetime, text),
    "date": lambda text: _moment(datetime.date, text),
    "time": lambda text: _moment(datetime.time, text),
}
_CARRIERS: dict[str, type] = {
    **dict.fromkeys(_SWAGGER, str),
    **{kind.__name__: kind for kind in (int, float, bool, list, dict)},
}
