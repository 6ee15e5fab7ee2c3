"""When a request is sent again, and after how long.

Pauses grow twofold with full jitter, so that clients that failed together do not come back
together (Brooker, *Exponential backoff and jitter*, 2015). A budget keeps a client from multiplying
the load of a service that is failing: each attempt earns a tenth of a retry.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

_RESERVE = 10.0
_EARNED = 0.1
_BUSY = frozenset([429, 503])
# Nothing was sent: the service cannot have done anything.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class Retries:
    """How often, and how long, a client tries.

    Attributes:
        attempts: Most times a request is sent; 1 never tries again.
        first_pause: Longest pause before the second attempt, in seconds; doubled for each more.
        longest_pause: A service that asks for a longer pause than this is given up.
    """

    attempts: int = 3
    first_pause: float = 0.2
    longest_pause: float = 30.0


class Patience:
    """Decides over the retries of one client; holds its budget.

    Args:
        retries: How often and how long.
        draw: Returns a number from 0 to 1; for tests.
    """

    def __init__(self, retries: Retries, draw: Callable[[], float] = random.random) -> None:
        self._retries = retries
        self._draw = draw
        self._budget = _RESERVE

    def pause(
        self, attempt: int, outcome: httpx.Response | httpx.RequestError, *, repeatable: bool
    ) -> float | None:
        """Return after how many seconds to send a request again; None for not at all.

        Args:
            attempt: How many times it was sent, from 1.
            outcome: What came of the last time.
            repeatable: Whether doing it twice does no harm.
        """
        self._budget = min(_RESERVE, self._budget + _EARNED)
        if attempt >= self._retries.attempts or not _worth_it(outcome, repeatable):
            return None
        asked = _asked(outcome)
        if asked > self._retries.longest_pause or self._budget < 1:
            return None
        self._budget -= 1
        ceiling = min(
            self._retries.longest_pause, math.ldexp(self._retries.first_pause, attempt - 1)
        )
        return asked + self._draw() * ceiling


def _worth_it(outcome: httpx.Response | httpx.RequestError, repeatable: bool) -> bool:
    if isinstance(outcome, _NEVER_SENT):
        return True
    if isinstance(outcome, httpx.Response):
        return repeatable and outcome.status_code in _BUSY
    # A service that was too slow once is not helped by being asked the same again.
    lost = isinstance(outcome, httpx.NetworkError | httpx.RemoteProtocolError)
    return repeatable and lost


def _asked(outcome: httpx.Response | httpx.RequestError) -> float:
    """Return the seconds of ``Retry-After``; 0 without one that can be read."""
    if not isinstance(outcome, httpx.Response):
        return 0.0
    text = outcome.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (zoned - datetime.now(UTC)).total_seconds())
