"""Work for a client, given up when the client hangs up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from facewright.serving.problems import RefusalError

Answer = TypeVar("Answer")


async def while_connected(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Return what `work` returns, cancelling it when the client of a request leaves.

    The body of the request must have been read.

    Raises:
        RefusalError: The client left; nobody reads the answer, but the log and the metrics do.
        Exception: Whatever `work` raises.
    """
    watch = _Watch(request, asyncio.current_task())
    try:
        return await work
    except asyncio.CancelledError:
        if not watch.cancelled_us():
            raise  # the server itself gives this request up
        raise RefusalError(
            499, "disconnected", "the client left before the answer was ready"
        ) from None
    finally:
        watch.end()


class _Watch:
    """Cancels a task when the client of a request leaves."""

    def __init__(self, request: Request, task: "asyncio.Task[Any] | None") -> None:
        self._request = request
        self._waiting = task
        self._left = False
        self._task = asyncio.ensure_future(self._run())

    def cancelled_us(self) -> bool:
        """Return whether it was the client who left, and forget the cancellation then."""
        if self._left and self._waiting is not None:
            self._waiting.uncancel()
        return self._left

    def end(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self._left = True
        if self._waiting is not None:
            self._waiting.cancel()
