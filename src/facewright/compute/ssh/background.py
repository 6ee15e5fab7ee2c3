"""The thread that asyncssh runs in, so that everybody else needs no event loop."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

from facewright.errors import TargetUnreachable

Result = TypeVar("Result")
ONE_TRY = 6.0
"""Seconds that an answer may take."""


def call(work: Coroutine[Any, Any, Result]) -> Result:
    """Do something in that thread and wait for its result."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result()


async def with_time(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """Wait for something, but not for longer; TimeoutError then."""
    return await asyncio.wait_for(work, seconds)


def unreachable(host: str, error: BaseException) -> TargetUnreachable:
    """Return the error of a host that does not answer."""
    words = str(error) or type(error).__name__
    return TargetUnreachable(
        f"{host} does not answer: {words}", hint="check the address, and that its sshd runs"
    )


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="facewright-ssh", daemon=True).start()
    return loop
