"""Reads the body of a request within its limits."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request

from facewright.serving.limits import Limits
from facewright.serving.problems import RefusalError


async def read_json_body(request: Request, limits: Limits) -> bytes:
    """Return the body of a request that says it is JSON, or does not say.

    Raises:
        RefusalError: The type is another (415), the body too long (413) or too slow (408).
    """
    return await read_body(request, limits, ("application/json",))


async def read_body(request: Request, limits: Limits, kinds: Sequence[str]) -> bytes:
    """Return the body of a request.

    Args:
        request: The request.
        limits: How long the body may be and take.
        kinds: Media types that are taken, such as ``application/json``; one that ends in a slash
            stands for all below it. A request that does not say its type is taken too.

    Raises:
        RefusalError: The type is another (415), the body too long (413) or too slow (408).
    """
    _check_type(request.headers.get("content-type"), kinds)
    announced = request.headers.get("content-length")
    if announced is not None and int(announced) > limits.body_bytes:
        raise _too_long(f"{int(announced):,} bytes", limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _read(request, limits)
    except TimeoutError:
        raise RefusalError(
            408,
            "body-too-slow",
            f"the body did not arrive within {limits.body_seconds:g} s",
            headers={"connection": "close"},
        ) from None


async def _read(request: Request, limits: Limits) -> bytes:
    chunks: list[bytes] = []
    length = 0
    # Starlette's stream() does the same through a generator, which takes longer.
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise RefusalError(400, "disconnected", "the client left before the body arrived")
        chunk: bytes = message.get("body", b"")
        length += len(chunk)
        if length > limits.body_bytes:
            raise _too_long("more", limits)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _check_type(content_type: str | None, kinds: Sequence[str]) -> None:
    if content_type is None:
        return
    kind = content_type.partition(";")[0].strip().lower()
    if any(kind == one or (one.endswith("/") and kind.startswith(one)) for one in kinds):
        return
    wanted = " or ".join(f"{one}*" if one.endswith("/") else one for one in kinds)
    raise RefusalError(
        415,
        "unsupported-media-type",
        f"the body is {content_type[:100]}; expected {wanted}",
        hint=f"send the header Content-Type: {kinds[0]}{'jpeg' if kinds[0] == 'image/' else ''}",
    )


def _too_long(received: str, limits: Limits) -> RefusalError:
    return RefusalError(
        413,
        "body-too-large",
        f"the body is too long: at most {limits.body_bytes:,} bytes are read, received {received}",
        hint="send a smaller photo; base64 makes it a third longer",
        # The rest of the body is not read, so the connection cannot be used again.
        headers={"connection": "close"},
    )
