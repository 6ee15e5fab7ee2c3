"""Requests of one kind, computed together when several wait.

A batch is what is queued at the moment the compute thread is free. Nothing waits for a batch to
fill: a lone request is computed at once, and under load batches fill by themselves. Their size is
counted in weight, such as faces or photos, since it is these that take the time.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from facewright.serving.compute import Compute, Ticket
from facewright.serving.problems import RefusalError

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Batcher(Generic[Item, Answer]):
    """A function of many items, offered one item at a time.

    Example::

        batcher = Batcher(compute, recognize_photos, name="recognize", max_weight=32)
        answer = await batcher.submit(photo, weight=1, seconds=10)

    Args:
        compute: The worker's compute thread.
        work: Takes items, returns as many answers in their order. An answer that is an exception
            goes to its caller alone. When `work` itself raises, or returns another number of
            answers, each item is computed again by itself, so that one bad item fails no other.
        name: What the metrics call it.
        max_weight: How much may be computed together; a heavier item goes alone.
    """

    def __init__(
        self,
        compute: Compute,
        work: Callable[[Sequence[Item]], Sequence[Answer | Exception]],
        *,
        name: str,
        max_weight: int = 1,
    ) -> None:
        self.name = name
        self.max_weight = max_weight
        self._compute = compute
        self._work = work

    async def submit(self, item: Item, weight: int = 1, *, seconds: float | None = None) -> Answer:
        """Return what `work` answers to an item.

        A caller that is cancelled, because its client hung up, takes its item out of the queue.

        Args:
            item: The item.
            weight: How much it counts, at least 1.
            seconds: How long to wait for the answer, waiting in the queue included; None for
                ever.

        Raises:
            RefusalError: The queue is full (429), or the time is over (504).
            Exception: What `work` gave for this item.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        ticket = Ticket(self, item, weight, answer, contextvars.copy_context())
        self._compute.add(ticket)
        alarm = None if seconds is None else loop.call_later(seconds, _expire, answer, seconds)
        try:
            return await answer
        finally:
            if alarm is not None:
                alarm.cancel()
            self._compute.drop(ticket)

    def outcomes(self, items: Sequence[Item]) -> list[Answer | Exception]:
        """Return each item's answer, or the exception that it gets; never raises."""
        together = self._attempt(items)
        if isinstance(together, list):
            return together
        if len(items) == 1:
            return [together]
        logger.warning("a batch of %d %s failed; each is computed alone", len(items), self.name)
        return [outcome for item in items for outcome in self.outcomes([item])]

    def _attempt(self, items: Sequence[Item]) -> list[Answer | Exception] | Exception:
        # Errors are values here: a StopIteration cannot leave a future, and a script that calls
        # sys.exit() must not take the server with it.
        try:
            answers: list[Any] = list(self._work(items))
        except (SystemExit, StopIteration) as error:
            failure = RuntimeError(f"{self.name} raised {type(error).__name__}")
            return failure.with_traceback(error.__traceback__)
        except Exception as error:
            return error
        if len(answers) != len(items):
            return RuntimeError(
                f"{self.name} gave {len(answers)} answers to {len(items)} items; expected as many"
            )
        return answers


def _expire(answer: "asyncio.Future[Any]", seconds: float) -> None:
    if not answer.done():
        answer.set_exception(
            RefusalError(
                504,
                "deadline",
                f"the answer was not ready within {seconds:g} s, the time spent waiting included",
                hint="try again, or give the service more workers or a longer deadline",
            )
        )
