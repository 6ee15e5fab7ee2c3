"""Shards done by processes of this machine."""

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from facewright.bulk.photo import Shard
from facewright.bulk.work import Finished, Task, Worker
from facewright.errors import BulkError

_AHEAD = 2  # shards waiting for each process


class Processes:
    """An executor of processes, each with a detector and a network of one thread of its own.

    Args:
        workers: How many; as many as there are cores when None.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or _cores()

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Finished]:
        """Yield what became of each shard; a single shard or worker is done in this process."""
        waiting = iter(shards)
        first = list(islice(waiting, 2))
        if self._workers == 1 or len(first) < 2:
            worker = task.worker() if first else None
            for part in (first, waiting):
                yield from (worker.do(shard) for shard in part if worker)
            return
        # A fork would copy locks that ONNX Runtime's threads hold.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self._workers, context, initializer=_start, initargs=(task,))
        try:
            yield from self._through(pool, [*first], waiting)
        except BrokenProcessPool as error:
            raise BulkError(
                "a process that worked on photos ended: it may have been killed for its memory",
                hint="run the same command again, which goes on, perhaps with fewer --workers",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)

    def _through(
        self, pool: ProcessPoolExecutor, first: list[Shard], waiting: Iterator[Shard]
    ) -> Iterator[Finished]:
        going: set[Future[Finished]] = {pool.submit(_do, shard) for shard in first}
        while True:
            room = self._workers * _AHEAD - len(going)
            going |= {pool.submit(_do, shard) for shard in islice(waiting, room)}
            if not going:
                return
            ended, going = wait(going, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_own: list[Worker] = []  # of a worker's process, set once


def _start(task: Task) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to answer
    _own[:] = [task.worker()]


def _do(shard: Shard) -> Finished:
    return _own[0].do(shard)
