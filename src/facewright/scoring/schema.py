"""schema.json: what a scoring script's ``run`` takes and gives.

Format 1 keeps the original's outer shape::

    {"format": 1,
     "input":  {"<argument>": {"internal": {…}, "swagger": {…, "example": …}, "type": 0}},
     "output": {…}}

with `internal` as plain JSON. The original's files have no format number and a pickle as
`internal`; `facewright.scoring.original_schema` reads those without unpickling. A change to the
format takes a new number, and the reader of the old one stays.
"""

import inspect
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facewright.errors import SchemaError
from facewright.scoring.array import ArrayType
from facewright.scoring.data_types import DataTypes, SampleDefinition
from facewright.scoring.original_schema import read_original
from facewright.scoring.standard import StandardType
from facewright.scoring.table import TableType
from facewright.scoring.value_type import ValueType
from facewright.system import files

FORMAT = 1

_MAKERS: dict[DataTypes, Callable[[Any], ValueType]] = {
    DataTypes.STANDARD: StandardType.of,
    DataTypes.NUMPY: ArrayType.of,
    DataTypes.PANDAS: TableType.of,
}
_READERS: dict[DataTypes, Callable[[dict[str, Any]], ValueType]] = {
    DataTypes.STANDARD: StandardType.read,
    DataTypes.NUMPY: ArrayType.read,
    DataTypes.PANDAS: TableType.read,
}


@dataclass(frozen=True)
class Declared:
    """One argument or result.

    Attributes:
        value_type: What it must be.
        swagger: Its Swagger 2.0 type with an ``example``.
    """

    value_type: ValueType
    swagger: dict[str, Any]


@dataclass(frozen=True)
class Schema:
    """What ``run`` takes and gives, by name, in the order declared."""

    inputs: dict[str, Declared]
    outputs: dict[str, Declared] = field(default_factory=dict)


def generate_schema(
    run_func: Callable[..., Any],
    inputs: dict[str, SampleDefinition] | None = None,
    outputs: dict[str, SampleDefinition] | None = None,
    filepath: str | Path | None = None,
) -> dict[str, Any]:
    """Return the schema of a scoring script's ``run``, and write it if asked to.

    Args:
        run_func: The script's ``run``.
        inputs: A sample of each of its arguments.
        outputs: A sample of what it returns, or None.
        filepath: Where to write the JSON, such as ``outputs/schema.json``, or None.

    Raises:
        SchemaError: The arguments and the inputs differ, or a sample cannot travel as JSON.
        MissingLibrary: A sample is of a type whose library is not installed.

    Example:
        >>> def run(input_bytes): ...
        >>> sample = SampleDefinition(DataTypes.STANDARD, "base64 of a photo")
        >>> generate_schema(run, inputs={"input_bytes": sample})["format"]
        1
    """
    inputs = inputs or {}
    check_arguments(run_func, inputs)
    schema: dict[str, Any] = {
        "format": FORMAT,
        "input": {name: _entry(name, sample) for name, sample in inputs.items()},
    }
    if outputs:
        schema["output"] = {name: _entry(name, sample) for name, sample in outputs.items()}
    if filepath is not None:
        files.write_text(Path(filepath), json.dumps(schema, indent=2, allow_nan=False) + "\n")
    return schema


def check_arguments(run_func: Callable[..., Any], inputs: Collection[str]) -> None:
    """Check that ``run`` takes exactly the declared inputs, by name.

    Raises:
        SchemaError: The counts or names differ, or an argument cannot be named by a request.
    """
    parameters = inspect.signature(run_func).parameters
    for parameter in parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise SchemaError(
                f"Argument mismatch: Provided run function takes {parameter}, which no request "
                "can name",
                hint="give run() plain named arguments",
            )
    if len(parameters) != len(inputs):
        raise SchemaError(
            f"Argument mismatch: Provided run function has {len(parameters)} arguments while "
            f"{len(inputs)} inputs were previously declared for it"
        )
    for name in inputs:
        if name not in parameters:
            raise SchemaError(
                f"Argument mismatch: Provided run function has no argument {name}, which was "
                f"declared as an input; it has {', '.join(parameters)}"
            )


def load_schema(path: Path) -> Schema:
    """Return the schema in a file, ours or the original's.

    Raises:
        SchemaError: The file is missing, is no schema, or has a format number of the future.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise SchemaError(
            f"the schema {path} cannot be read: {error.strerror}",
            hint="run the scoring script (`python score.py`) to write outputs/schema.json",
        ) from error
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"the schema {path} is not JSON: {error}") from error
    return read_schema(document)


def read_schema(document: object) -> Schema:
    """Return the schema in a decoded JSON document.

    Raises:
        SchemaError: The document is no schema, or has a format number of the future.
    """
    if not isinstance(document, dict) or not isinstance(document.get("input"), dict):
        raise SchemaError('the schema holds no "input" object', hint=_REGENERATE)
    number = document.get("format")
    if number not in (None, FORMAT):
        raise SchemaError(
            f"the schema has format {number!r}; this Facewright reads formats up to {FORMAT}",
            hint="upgrade Facewright, or write the schema again with this version",
        )
    outputs = document.get("output") or {}
    if not isinstance(outputs, dict):
        raise SchemaError('the schema\'s "output" is not an object', hint=_REGENERATE)
    return Schema(
        {name: _declared(name, entry, number) for name, entry in document["input"].items()},
        {name: _declared(name, entry, number) for name, entry in outputs.items()},
    )


_REGENERATE = "Run the scoring script (`python score.py`) to write it again."


def _declared(name: str, entry: object, number: object) -> Declared:
    if not isinstance(entry, dict) or not isinstance(entry.get("swagger"), dict):
        raise SchemaError(f'the schema\'s entry for "{name}" holds no swagger', hint=_REGENERATE)
    data_type, internal = _data_type(name, entry.get("type")), entry.get("internal")
    if number is None:
        return Declared(read_original(name, data_type, entry["swagger"]), entry["swagger"])
    if not isinstance(internal, dict):
        raise SchemaError(
            f'the schema\'s entry for "{name}" has no plain JSON as "internal"', hint=_REGENERATE
        )
    return Declared(_READERS[data_type](internal), entry["swagger"])


def _entry(name: str, definition: SampleDefinition) -> dict[str, Any]:
    if not isinstance(definition, SampleDefinition):
        raise SchemaError(
            f'"{name}" is declared by a {type(definition).__name__}; expected a SampleDefinition',
            hint="write SampleDefinition(DataTypes.STANDARD, sample)",
        )
    data_type = _data_type(name, definition.type)
    value_type = _MAKERS[data_type](definition.sample)
    return {
        "internal": value_type.internal(),
        "swagger": value_type.swagger(definition.sample),
        "type": int(data_type),
    }


def _data_type(name: str, value: Any) -> DataTypes:
    try:
        data_type = DataTypes(value)
    except ValueError:
        expected = ", ".join(f"{member.value} ({member.name})" for member in _MAKERS)
        raise SchemaError(f'"{name}" has the type {value!r}; expected {expected}') from None
    if data_type is DataTypes.SPARK:
        raise SchemaError(
            f'"{name}" is a Spark data frame, which Facewright does not run',
            hint="declare it as DataTypes.PANDAS or DataTypes.NUMPY",
        )
    return data_type
