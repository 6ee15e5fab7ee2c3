"""How many threads networks compute with, where a program says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_threads: ContextVar[int] = ContextVar("network_threads", default=1)


@contextmanager
def threads_for_networks(count: int) -> Iterator[None]:
    """Give networks that are loaded inside the block so many threads for one run.

    For a server that calls a script's `init()`: workers × threads is best the number of cores, and
    several workers of one thread each are quicker than one of several.
    """
    token = _threads.set(count)
    try:
        yield
    finally:
        _threads.reset(token)


def network_threads() -> int:
    """Return how many."""
    return _threads.get()
