"""Reads the body of a request within its limits."""

import anyio
from starlette.requests import ClientDisconnect, Request

from facewright.serving.limits import Limits
from facewright.serving.problems import RefusalError


async def read_json_body(request: Request, limits: Limits) -> bytes:
    """Return the body of a request that says it is JSON, or does not say.

    Raises:
        RefusalError: The type is another (415), the body too long (413) or too slow (408).
    """
    _check_type(request.headers.get("content-type"))
    announced = request.headers.get("content-length")
    if announced is not None and int(announced) > limits.body_bytes:
        raise _too_long(f"{int(announced):,} bytes", limits)
    try:
        with anyio.fail_after(limits.body_seconds):
            return await _read(request, limits)
    except TimeoutError:
        raise RefusalError(
            408, "body-too-slow", f"the body did not arrive within {limits.body_seconds:g} s"
        ) from None
    except ClientDisconnect:
        raise RefusalError(400, "disconnected", "the client left before the body arrived") from None


async def _read(request: Request, limits: Limits) -> bytes:
    chunks, length = [], 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > limits.body_bytes:
            raise _too_long("more", limits)
        chunks.append(chunk)
    return b"".join(chunks)


def _check_type(content_type: str | None) -> None:
    if content_type is None:
        return
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RefusalError(
            415,
            "unsupported-media-type",
            f"the body is {content_type[:100]}; expected application/json",
            hint="send the header Content-Type: application/json",
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
