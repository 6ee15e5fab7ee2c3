"""Waiting until a server says that it is ready."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable

import httpx

from facewright.errors import EngineError

_AGAIN_SECONDS = 0.1
_ANSWER_SECONDS = 5.0
_LAST_LINES = 15
_LONGEST_LINE = 1000


def wait_until_ready(url: str, ended: Callable[[], str | None], patience: float) -> None:
    """Ask a server until it is ready.

    Args:
        url: Its base address.
        ended: Says why it does not run, or None.
        patience: Seconds to wait.

    Raises:
        EngineError: It ended, or took too long.
    """
    end = time.monotonic() + patience
    with httpx.Client(base_url=url, timeout=_ANSWER_SECONDS, trust_env=False) as client:
        while not _is_ready(client):
            reason = ended()
            if reason is not None:
                raise EngineError(reason)
            if time.monotonic() > end:
                raise EngineError(f"it was not ready within {patience:g} s")
            time.sleep(_AGAIN_SECONDS)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def last_words(lines: Iterable[str]) -> str:
    """Return the last lines of a log, as people read them."""
    last = deque(lines, maxlen=_LAST_LINES)
    return "\n".join(f"  {line[:_LONGEST_LINE]}" for each in last for line in _said(each))


def _said(line: str) -> list[str]:
    """Return the message of a line of the server's log, and the failure it tells of."""
    try:
        said = json.loads(line)
        return [str(said["message"]), *str(said.get("exception", "")).splitlines()[-5:]]
    except (ValueError, TypeError, KeyError):
        return [line]
