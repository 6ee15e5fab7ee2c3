"""Waiting in tests: long enough for a busy machine, and no longer than needed."""

import time
from collections.abc import Callable

PATIENCE = 240.0


def until(true: Callable[[], object], seconds: float = PATIENCE, *, fails: bool = True) -> None:
    """Wait until something is true.

    Args:
        true: Asked again and again.
        seconds: How long.
        fails: Whether the test fails when the time is over.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            assert not fails, "it did not become true"
            return
        time.sleep(0.05)
