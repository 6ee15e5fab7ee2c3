"""The one thread of a worker that computes, and the queue before it.

Everything that needs the cores goes through it, whichever route it came by, so that `/score` and
the face routes never fight over them. The queue is owned by a lock rather than by the event loop:
the thread takes its next batch itself, without waiting for a loop that may be busy with bodies.
"""

import asyncio
import contextvars
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from facewright.serving.limits import Limits
from facewright.serving.metrics import Metrics
from facewright.serving.problems import RefusalError

logger = logging.getLogger(__name__)

# How much the newest batch counts in the mean time of a request.
_NEWEST = 0.2
_LONGEST_RETRY_SECONDS = 30


class Lane(Protocol):
    """Work of one kind, of which several items may be computed together."""

    name: str
    max_weight: int

    def outcomes(self, items: Sequence[Any]) -> list[Any]:
        """Return each item's answer, or the exception that it gets; never raises."""
        ...


@dataclass(eq=False, slots=True)
class Ticket:
    """One item in the queue, and who waits for its answer."""

    lane: Lane
    item: Any
    weight: int
    answer: "asyncio.Future[Any]"
    context: contextvars.Context
    queued: float = field(default_factory=time.perf_counter)


class Compute:
    """A thread, and a bounded queue before it.

    Args:
        limits: How many may wait, and for how long a batch may.
        metrics: Hears how long items waited and how large batches were.
    """

    def __init__(self, limits: Limits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._queue: deque[Ticket] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._mean_seconds = 0.0
        self._busy_since: float | None = None
        self._started = False

    @property
    def waiting(self) -> int:
        """How many items wait."""
        return len(self._queue)

    @property
    def busy_seconds(self) -> float:
        """How long the batch under way has taken so far; 0 when there is none."""
        since = self._busy_since
        return 0.0 if since is None else time.perf_counter() - since

    def add(self, ticket: Ticket) -> None:
        """Put an item at the end of the queue.

        Raises:
            RefusalError: As many are waiting as may (429, with ``Retry-After``).
        """
        with self._changed:
            if len(self._queue) >= self._limits.waiting:
                raise self._overloaded()
            self._queue.append(ticket)
            self._changed.notify()
            if not self._started:
                self._started = True
                threading.Thread(target=self._work, name="compute", daemon=True).start()
        self._metrics.queue_length(len(self._queue))

    def drop(self, ticket: Ticket) -> None:
        """Take an item whose answer nobody waits for out of the queue, if it is still there."""
        with self._changed:
            if ticket not in self._queue:
                return
            self._queue.remove(ticket)
        self._metrics.queue_length(len(self._queue))

    def close(self) -> None:
        """End the thread after the batch under way; what waits is never computed."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _overloaded(self) -> RefusalError:
        seconds = min(_LONGEST_RETRY_SECONDS, 1 + int(len(self._queue) * self._mean_seconds))
        self._metrics.shed()
        return RefusalError(
            429,
            "overloaded",
            f"{len(self._queue)} requests are already waiting",
            hint="try again shortly, or run more workers or replicas",
            headers={"retry-after": str(seconds)},
        )

    def _work(self) -> None:
        while batch := self._next():
            self._busy_since = started = time.perf_counter()
            self._metrics.queue_length(len(self._queue))
            self._metrics.batch(batch[0].lane.name, [started - ticket.queued for ticket in batch])
            outcomes = _outcomes(batch)
            seconds = (time.perf_counter() - started) / len(batch)
            self._mean_seconds += _NEWEST * (seconds - self._mean_seconds)
            self._busy_since = None
            _hand_out(batch, outcomes)

    def _next(self) -> list[Ticket]:
        """Return what is to be computed together, waiting for it; nothing once closed."""
        with self._changed:
            while not self._closed:
                if not self._queue:
                    self._changed.wait()
                elif (pause := self._pause()) > 0:
                    self._changed.wait(pause)
                else:
                    return self._taken()
        return []

    def _pause(self) -> float:
        """Return for how many seconds the first batch may still fill; 0 unless a flag says so."""
        if not self._limits.batch_wait_seconds:
            return 0.0
        head = self._queue[0]
        queued = sum(ticket.weight for ticket in self._queue if ticket.lane is head.lane)
        if queued >= head.lane.max_weight:
            return 0.0
        return head.queued + self._limits.batch_wait_seconds - time.perf_counter()

    def _taken(self) -> list[Ticket]:
        """Return the first item and those of its lane that fit beside it, in their order."""
        head = self._queue.popleft()
        batch, room = [head], head.lane.max_weight - head.weight
        if room <= 0:
            return batch
        for ticket in [ticket for ticket in self._queue if ticket.lane is head.lane]:
            room -= ticket.weight
            if room < 0:
                break
            self._queue.remove(ticket)
            batch.append(ticket)
        return batch


def _outcomes(batch: Sequence[Ticket]) -> list[Any]:
    lane, items = batch[0].lane, [ticket.item for ticket in batch]
    if len(batch) > 1:
        return lane.outcomes(items)
    # So that what a script prints or logs carries the id of its request.
    return batch[0].context.run(lane.outcomes, items)


def _hand_out(batch: Sequence[Ticket], outcomes: Sequence[Any]) -> None:
    pairs = list(zip(batch, outcomes, strict=True))
    try:
        batch[0].answer.get_loop().call_soon_threadsafe(_settle, pairs)
    except RuntimeError:  # the loop has closed: nobody waits any more
        logger.debug("a batch was computed for nobody")


def _settle(pairs: Sequence[tuple[Ticket, Any]]) -> None:
    for ticket, outcome in pairs:
        if ticket.answer.done():
            continue
        if isinstance(outcome, Exception):
            ticket.answer.set_exception(outcome)
        else:
            ticket.answer.set_result(outcome)
