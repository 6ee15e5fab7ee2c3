"""A reporter of training that also writes its numbers into the history."""

from collections.abc import Iterable
from typing import TypeVar

from facewright.runs.reporting import log
from facewright.training.reporter import Reporter

Item = TypeVar("Item")


class RunReporter:
    """Hears what training does, tells another reporter, and logs the numbers in this run.

    Outside a run it is the other reporter.

    Args:
        inner: Hears everything first.
    """

    def __init__(self, inner: Reporter) -> None:
        self._inner = inner

    def say(self, text: str) -> None:
        """Pass the line on."""
        self._inner.say(text)

    def track(self, items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
        """Pass the items on."""
        return self._inner.track(items, label, total)

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """Pass the number on and log it."""
        self._inner.metric(name, value, step)
        log(name, value, step)
