"""Data frames, travelling as lists of records; needs pandas, which Facewright does not install."""

from dataclasses import dataclass
from typing import Any

from facewright.errors import MissingLibrary, SchemaError
from facewright.scoring.value_type import EXAMPLE_RECORDS

_SWAGGER = {
    "b": {"type": "boolean"},
    "i": {"type": "integer", "format": "int64"},
    "u": {"type": "integer", "format": "int64"},
    "f": {"type": "number", "format": "double"},
    "M": {"type": "string", "format": "date-time"},
}
# What JSON's 1e999 becomes; NaN it cannot say.
_INFINITE = (float("inf"), float("-inf"))


@dataclass(frozen=True)
class TableType:
    """A data frame with the sample's columns.

    Attributes:
        columns: The dtype of each column, by name; ``object`` takes values as they come.
    """

    columns: dict[str, str]

    @classmethod
    def of(cls, sample: object) -> "TableType":
        """Return the type of a data frame.

        Raises:
            SchemaError: The sample is no data frame.
            MissingLibrary: pandas is not installed.
        """
        if not isinstance(sample, _pandas().DataFrame):
            raise SchemaError(
                f"a DataTypes.PANDAS sample is a {type(sample).__name__}; expected a DataFrame"
            )
        return cls({str(name): str(dtype) for name, dtype in sample.dtypes.items()})

    @classmethod
    def read(cls, internal: dict[str, Any]) -> "TableType":
        """Return the type that a schema file describes."""
        columns = internal.get("columns")
        if not isinstance(columns, dict) or not all(isinstance(v, str) for v in columns.values()):
            raise SchemaError(f"the schema gives a table the columns {columns!r}")
        return cls(dict(columns))

    def internal(self) -> dict[str, Any]:
        """Return the description that the schema file keeps."""
        return {"kind": "table", "columns": self.columns}

    def swagger(self, sample: Any) -> dict[str, Any]:
        """Return a Swagger array of records, with the first of `sample` as the example."""
        dtypes = {str(name): dtype for name, dtype in sample.dtypes.items()}
        properties = {name: _SWAGGER.get(d.kind, {"type": "string"}) for name, d in dtypes.items()}
        records = sample.head(EXAMPLE_RECORDS).astype(object).to_dict(orient="records")
        return {
            "type": "array",
            "items": {"type": "object", "properties": properties},
            "example": [{str(k): _plain(v) for k, v in record.items()} for record in records],
        }

    def parse(self, value: object) -> Any:
        """Return the data frame that a list of records stands for."""
        pandas = _pandas()
        if not isinstance(value, list) or not all(isinstance(record, dict) for record in value):
            raise ValueError("expected a list of records")
        strange = sorted({key for record in value for key in record} - self.columns.keys())
        if strange:
            raise ValueError(f"expected the columns {list(self.columns)}, received {strange}")
        if any(item in _INFINITE for record in value for item in record.values()):
            raise ValueError("a number is too large")
        try:
            return pandas.DataFrame(value, columns=list(self.columns)).astype(self.columns)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"expected columns of {self.columns}") from error


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _pandas() -> Any:
    try:
        import pandas  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise MissingLibrary(
            "DataTypes.PANDAS needs pandas, which is not installed",
            hint="run `pip install pandas`, and name it in config/dependencies.yml",
        ) from error
    return pandas
