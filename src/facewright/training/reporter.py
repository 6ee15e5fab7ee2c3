"""The port through which training speaks: progress, metrics, skipped photos."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Reporter(Protocol):
    """Hears what training does; a terminal, a run's history, or nobody."""

    def say(self, text: str) -> None:
        """Hear one line about what begins or ended."""
        ...

    def track(self, items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
        """Yield `items`, showing how many of `total` are done."""
        ...

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """Hear a number; those with the same name and rising steps are a series."""
        ...


class SilentReporter:
    """Hears everything and says nothing."""

    def say(self, text: str) -> None:
        """Drop the line."""

    def track(self, items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
        """Return the items as they are."""
        return items

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """Drop the number."""
