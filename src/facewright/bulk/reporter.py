"""The port through which a bulk job speaks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Reporter(Protocol):
    """Hears what a bulk job does; a terminal, a job's report, or nobody."""

    def progress(self, label: str) -> AbstractContextManager[Callable[[int, int], None]]:
        """Return a block with a function that is told how many are done, and of how many."""
        ...


class SilentReporter:
    """Hears everything and says nothing."""

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """Yield a function that does nothing."""
        yield lambda done, total: None
