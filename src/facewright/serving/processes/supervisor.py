"""Keeps a server's workers running, and hands them its connections.

The supervisor alone accepts connections, and gives each to the worker that has the fewest: left to
themselves, workers on one socket take them as they come, so one may hold most of the long-lived
ones. No connection is accepted that no worker is ready for, and none is lost when a worker is
replaced or the server ends, but those a killed worker had.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from facewright.errors import FacewrightError
from facewright.serving import metrics
from facewright.serving.processes.worker_process import Launch, WorkerProcess

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_BACKLOG = 2048
_MOST_FAILURES = 4
_FIRST_PAUSE_SECONDS = 0.2
_ACCEPTED_AT_ONCE = 64
_RETRY_SECONDS = 0.02
_PATIENCE_SECONDS = 5.0


class Supervisor:
    """A server's workers.

    Args:
        launch: What they are started with.
        workers: How many there are.
        listener: A bound socket.
        ready: Called once all of them take connections.
    """

    def __init__(
        self, launch: Launch, workers: int, listener: socket.socket, ready: Callable[[], None]
    ) -> None:
        self._launch = launch
        self._count = workers
        self._listener = listener
        self._ready = ready
        self._workers: list[WorkerProcess] = []
        self._homeless: list[socket.socket] = []
        self._stop = asyncio.Event()
        self._failure: FacewrightError | None = None
        self._limits = launch.specification.limits

    async def run(self) -> None:
        """Serve until told to stop.

        Raises:
            FacewrightError: The first worker could not start, or too many in a row.
        """
        with self._stopping_on_signals():
            keepers: list[asyncio.Task[None]] = []
            try:
                await self._start_all(keepers)
                await self._stop.wait()
                await self._drain()
            finally:
                for keeper in keepers:
                    keeper.cancel()
                await self._end_all()
        if self._failure is not None:
            raise self._failure

    async def _start_all(self, keepers: list[asyncio.Task[None]]) -> None:
        # The first alone: what is wrong with a script is then said once, by one process.
        first = await self._unless_stopped(self._start_one())
        if first is None:
            return
        self._listener.listen(_BACKLOG)
        self._listener.setblocking(False)
        starting = (self._start_one() for _ in range(self._count - 1))
        others = await self._unless_stopped(asyncio.gather(*starting))
        if others is None:
            return
        keepers += [asyncio.ensure_future(self._keep(worker)) for worker in (first, *others)]
        self._accept_more()
        self._ready()

    async def _unless_stopped(self, starting: Awaitable[Result]) -> Result | None:
        """Return what was awaited; None when the server is told to stop before."""
        work = asyncio.ensure_future(starting)
        stop = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if work.done():
            return work.result()
        work.cancel()
        return None

    async def _start_one(self) -> WorkerProcess:
        worker = WorkerProcess(self._launch)
        self._workers.append(worker)
        try:
            await worker.start()
        except FacewrightError:
            self._workers.remove(worker)
            raise
        self._house()
        return worker

    async def _keep(self, worker: WorkerProcess) -> None:
        """Replace a worker whenever it ends."""
        while True:
            code = await worker.ended()
            self._forget(worker)
            logger.error("worker %d ended (%s); another is started", worker.pid, _how(code))
            replacement = await self._replacement()
            if replacement is None:
                self._stop.set()
                return
            worker = replacement

    async def _replacement(self) -> WorkerProcess | None:
        for failures in range(_MOST_FAILURES):
            if failures:
                await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2**failures)
            try:
                return await self._start_one()
            except FacewrightError as error:
                self._failure = error
                logger.error("a worker could not be started: %s", error.message)
        logger.critical("%d workers in a row could not be started", _MOST_FAILURES)
        return None

    def _forget(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        self._homeless += worker.left_over()
        self._house()
        metrics.forget_worker(self._launch.metrics, worker.pid)

    def _accept_more(self) -> None:
        if self._listener.fileno() >= 0:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            if not self._has_room():
                self._pause_accepting()
                return
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:  # such as too many open files
                logger.error("a connection was not accepted: %s", error)
                self._pause_accepting()
                return
            self._hand(connection)

    def _pause_accepting(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(_RETRY_SECONDS, self._accept_more)

    def _house(self) -> None:
        """Hand out the connections that a killed worker never took."""
        homeless, self._homeless = self._homeless, []
        for connection in homeless:
            self._hand(connection)

    def _has_room(self) -> bool:
        ready = [worker for worker in self._workers if worker.ready]
        return bool(ready) and sum(worker.open for worker in ready) < self._limits.connections

    def _hand(self, connection: socket.socket) -> None:
        for worker in sorted(self._workers, key=lambda worker: worker.open):
            if worker.ready and worker.hand(connection):
                return
        self._homeless.append(connection)

    async def _drain(self) -> None:
        """Ask clients to go elsewhere, and stop accepting."""
        for worker in self._workers:
            worker.drain()
        loop = asyncio.get_running_loop()
        end = loop.time() + self._limits.drain_seconds
        while loop.time() < end and any(worker.open > 0 for worker in self._workers):
            await asyncio.sleep(_RETRY_SECONDS)
        if self._listener.fileno() >= 0:
            loop.remove_reader(self._listener)
            # Those who came while the last ones were taken have been promised an answer.
            self._accept()
            self._listener.close()

    async def _end_all(self) -> None:
        self._listener.close()
        for connection in self._homeless:
            connection.close()
        for worker in self._workers:
            if worker.ready:
                worker.quit()
            else:  # it has nothing to answer, and init() may take minutes
                worker.kill()
        seconds = self._limits.shutdown_seconds + _PATIENCE_SECONDS
        ending = [asyncio.ensure_future(worker.ended()) for worker in self._workers]
        if not ending:
            return
        _, late = await asyncio.wait(ending, timeout=seconds)
        if late:
            logger.error("%d workers did not end in time and are killed", len(late))
            for worker in self._workers:
                worker.kill()
            await asyncio.wait(late)

    def _told_to_stop(self) -> None:
        if self._stop.is_set():  # for the second time: whoever asks does not want to wait
            for worker in self._workers:
                worker.kill()
        self._stop.set()

    @contextlib.contextmanager
    def _stopping_on_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        names = (signal.SIGTERM, signal.SIGINT)
        for name in names:
            loop.add_signal_handler(name, self._told_to_stop)
        try:
            yield
        finally:
            for name in names:
                loop.remove_signal_handler(name)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
