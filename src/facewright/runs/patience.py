"""Waiting for what comes back: how often to look, and what is said meanwhile."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from facewright.errors import FacewrightError

Result = TypeVar("Result")

_FIRST, _LONGEST = 0.5, 30.0  # seconds between two attempts
SLOW, NEAR = 1.0, 0.2  # seconds between two looks at what is far away, and what is near
_QUICK = 0.1


def now() -> int:
    """Return the milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def insist(
    action: Callable[[], Result],
    on: tuple[type[Exception], ...],
    tell: Callable[[Exception | None], None],
    go_on: Callable[[Exception], bool],
) -> Result:
    """Do something again and again until it does not fail for want of the other side.

    Args:
        action: What to do; can be repeated.
        on: Errors that pass.
        tell: Hears of each failure, and of success after one as None.
        go_on: Asked after each failure whether to try again; if not, the failure is raised.
    """
    wait, failed = _FIRST, False
    while True:
        try:
            result = action()
        except on as error:
            tell(error)
            if not go_on(error):
                raise
            failed = True
            time.sleep(wait)
            wait = min(wait * 1.6, _LONGEST)
        else:
            if failed:
                tell(None)
            return result


class Note(Protocol):
    """Writes down since when something is waited for, and why."""

    def __call__(self, *, waiting_since: int | None, waiting_for: str | None) -> None:
        """Write it down; None when nothing is waited for."""
        ...


class Waiting:
    """Since when something is waited for.

    Args:
        note: Writes it down for whoever looks.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._since: int | None = None

    @property
    def for_milliseconds(self) -> int:
        """Return how long; 0 when nothing is waited for."""
        return 0 if self._since is None else now() - self._since

    def tell(self, error: Exception | None) -> None:
        """Hear of a failure, or of its end as None."""
        self._since = None if error is None else self._since or now()
        words = None if error is None else in_words(error)
        with suppress(OSError):  # on a full disk there is no room to say so either
            self._note(waiting_since=self._since, waiting_for=words)


def in_words(error: Exception) -> str:
    """Return what an error says to people."""
    if isinstance(error, FacewrightError):
        return f"{error.message} ({error.hint})" if error.hint else error.message
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or type(error).__name__


class Pace:
    """Looks often while something happens, and less often while nothing does.

    Args:
        slowest: Seconds between two looks at most.
    """

    def __init__(self, slowest: float = SLOW) -> None:
        self._wait, self._slowest = _QUICK, slowest

    def rest(self, *, happened: bool) -> None:
        """Sleep until the next look.

        Args:
            happened: Whether the last look showed anything new.
        """
        time.sleep(self._wait)
        self._wait = _QUICK if happened else min(self._wait * 1.2, self._slowest)
