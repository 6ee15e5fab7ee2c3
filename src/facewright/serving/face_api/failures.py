"""What the document says of requests that fail, in the form of each API."""

from typing import Any

ALWAYS = {
    "400": "The request breaks the contract, or a photo cannot be used",
    "401": "No key of the service was sent",
    "403": "The key does not open this",
    "429": "As many requests are waiting as may; see Retry-After",
    "431": "The headers or the request id are too long",
    "504": "The answer was not ready in time",
}
OF_BODIES = {
    "408": "The body did not arrive in time",
    "413": "The body is too long",
    "415": "The body is of another media type",
}
FAILURES = {
    "404": "There is no such person, photo or model",
    "409": "The name is taken, or the person has too many photos",
    "503": "The enrolled people cannot be read or changed now; see Retry-After",
}

_COMPREFACE_FAILURE = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
}
_PROTOCOL_FAILURE = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}},
}
FAILURE_BODIES: dict[str, Any] = {
    "compreface": {"application/json": {"schema": _COMPREFACE_FAILURE}},
    "inference-protocol": {"application/json": {"schema": _PROTOCOL_FAILURE}},
}
