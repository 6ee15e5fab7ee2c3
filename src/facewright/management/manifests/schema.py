"""The schema of a manifest: read from its file, kept as plain JSON."""

import json
from pathlib import Path
from typing import Any

from facewright.errors import SchemaError
from facewright.management.manifests.files import read_limited
from facewright.scoring.schema import FORMAT, Declared, Schema, read_schema

_LARGEST = 4_000_000


def read_schema_file(file: Path, path: str) -> tuple[Schema, dict[str, Any], bytes]:
    """Read a schema file, ours or the original's, whose pickles are left alone.

    Args:
        file: Where it is.
        path: How it was named.

    Returns:
        The schema, the same as a document without pickles, and the bytes of the file.

    Raises:
        ManagementError: It cannot be read, or is too large.
        SchemaError: It is no schema.
    """
    data = read_limited(file, _LARGEST, "the schema")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"the schema {path} is not JSON: {error}") from error
    schema = read_schema(document)
    return schema, _plain(schema, document), data


def _plain(schema: Schema, document: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {"format": FORMAT, "input": _part(schema.inputs, document["input"])}
    if schema.outputs:
        plain["output"] = _part(schema.outputs, document["output"])
    return plain


def _part(declared: dict[str, Declared], given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "internal": each.value_type.internal(),
            "swagger": each.swagger,
            "type": given[name]["type"],
        }
        for name, each in declared.items()
    }
