"""The port through which an evaluation speaks."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Reporter(Protocol):
    """Hears what an evaluation does; a terminal, a run's history, or nobody."""

    def say(self, text: str) -> None:
        """Hear one line about what begins or ended."""
        ...

    def track(self, items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
        """Yield `items`, showing how many of `total` are done."""
        ...


class SilentReporter:
    """Hears everything and says nothing."""

    def say(self, text: str) -> None:
        """Drop the line."""

    def track(self, items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
        """Return the items as they are."""
        return items
