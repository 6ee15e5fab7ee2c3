"""What a service can be asked, as data: how it travels is the client's affair."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from facewright.wire.scoring import encode_input_bytes

Gate = Literal["off", "standard", "strict"]
"""How much is asked of a photo that is enrolled."""

_RAW = {"content-type": "application/octet-stream"}


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        method: HTTP method.
        path: Below the service's base address, percent-encoded.
        repeatable: Whether it may be sent again when nobody knows what became of it.
        query: Options.
        body: The body, as httpx takes it.
    """

    method: str
    path: str
    repeatable: bool
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


def health() -> Call:
    """``GET /``."""
    return Call("GET", "", repeatable=True)


def score(photo: bytes) -> Call:
    """``POST /score``, as clients of the original do."""
    body = {"json": {"input_bytes": encode_input_bytes(photo)}}
    return Call("POST", "score", repeatable=True, body=body)


def recognize(photos: Sequence[bytes], query: dict[str, str]) -> Call:
    """``POST /v1/recognize``."""
    return _look("recognize", photos, query)


def detect(photos: Sequence[bytes], query: dict[str, str]) -> Call:
    """``POST /v1/detect``."""
    return _look("detect", photos, query)


def embed(photos: Sequence[bytes], query: dict[str, str]) -> Call:
    """``POST /v1/embed``."""
    return _look("embed", photos, query)


def verify(first: bytes, second: bytes, threshold: float | None) -> Call:
    """``POST /v1/verify``."""
    return _look("verify", [first, second], options(threshold=threshold))


def model() -> Call:
    """``GET /v1/model``."""
    return Call("GET", "v1/model", repeatable=True)


def people(after: str) -> Call:
    """``GET /v1/people``: the page that begins after a name."""
    return Call("GET", "v1/people", repeatable=True, query=options(after=after or None))


def enrol(name: str, photos: Sequence[bytes], gate: Gate, keep_chips: bool) -> Call:
    """``POST /v1/people/{name}/photos``."""
    query = options(gate=gate, keep_chips=keep_chips)
    path = f"{_person(name)}/photos"
    return Call("POST", path, repeatable=False, query=query, body=_body(photos))


def rename(name: str, new: str) -> Call:
    """``PUT /v1/people/{name}``."""
    return Call("PUT", _person(name), repeatable=False, body={"json": {"name": new}})


def remove(name: str) -> Call:
    """``DELETE /v1/people/{name}``."""
    # Sent again, it would say that there is no such person.
    return Call("DELETE", _person(name), repeatable=False)


def options(**given: str | float | bool | None) -> dict[str, str]:
    """Return options as a query; those that are None are left out."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
        if value is not None
    }


def _look(what: str, photos: Sequence[bytes], query: dict[str, str]) -> Call:
    return Call("POST", f"v1/{what}", repeatable=True, query=query, body=_body(photos))


def _body(photos: Sequence[bytes]) -> dict[str, Any]:
    if len(photos) == 1:  # the quickest form
        return {"content": photos[0], "headers": _RAW}
    return {"files": [("photo", (f"{position}", data)) for position, data in enumerate(photos)]}


def _person(name: str) -> str:
    return f"v1/people/{quote(name, safe='')}"
