"""From the body of a request to the arguments of ``run``, with the original's words on failure."""

import json
from typing import Any, NoReturn

from facewright.errors import InputError
from facewright.scoring.schema import Schema

NOT_AN_OBJECT = (
    "Input request does not respect the schema defined by the service's swagger specification."
)


def parse_inputs(schema: Schema, body: object) -> dict[str, Any]:
    """Return the keyword arguments that a request carries.

    Keys may be left out, since ``run`` may have defaults; that is for the caller to check.

    Args:
        schema: What the arguments must be.
        body: The request's bytes, or the JSON value they stood for.

    Raises:
        InputError: The body is not JSON, not an object, has an unknown key, or a value of the
            wrong type; the message says which, and never quotes the value.
    """
    values = decode_json(body) if isinstance(body, bytes | bytearray) else body
    if not isinstance(values, dict):
        expected = ", ".join(f'"{name}": …' for name in schema.inputs)
        raise InputError(NOT_AN_OBJECT, hint=f"send a JSON object: {{{expected}}}")
    return {name: _argument(schema, name, value) for name, value in values.items()}


def decode_json(body: bytes | bytearray) -> object:
    """Return the JSON value in `body`; NaN and infinities, which are not JSON, are refused.

    Raises:
        InputError: The bytes are not JSON.
    """
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"Input failed JSON deserialization: {error}",
            hint='send a JSON object such as {"input_bytes": "<base64>"}',
        ) from error


def _argument(schema: Schema, name: str, value: object) -> Any:
    declared = schema.inputs.get(name)
    if declared is None:
        raise InputError(
            f"Argument mismatch: Unexpected argument {name[:100]}",
            hint=f"the service takes: {', '.join(schema.inputs) or 'no arguments'}",
        )
    try:
        return declared.value_type.parse(value)
    except ValueError as error:
        raise InputError(
            f"Failed to deserialize {name} to type provided by input schema, Error Details: {error}"
        ) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
