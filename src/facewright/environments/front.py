"""The front of a service: ``python -m facewright.environments.front RECORD``.

It owns the service's address for as long as the service exists, and passes each connection on to
the generation that the record names when the connection arrives. Bytes are passed on as they are:
TLS, keys and bodies are the server's business.
"""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from facewright.environments.parent import end_with_parent
from facewright.environments.service_record import ServiceRecord

_BLOCK = 1 << 16
_BACKLOG = 2048
_PATIENCE_SECONDS = 30.0
_AGAIN_SECONDS = 0.05


class Front:
    """Passes connections on.

    Args:
        record: File of the service's record.
    """

    def __init__(self, record: Path) -> None:
        self._path = record
        self._state: tuple[int, int] | None = None
        self._record: ServiceRecord | None = None

    async def run(self) -> None:
        """Pass connections on until told to end."""
        record = self._current()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        server = await asyncio.start_server(
            self._pass_on, record.host, record.port, backlog=_BACKLOG
        )
        await stop.wait()
        server.close()

    def _current(self) -> ServiceRecord:
        """Return the record, read again when it was replaced."""
        found = self._path.stat()
        state = found.st_ino, found.st_mtime_ns
        if self._record is None or state != self._state:
            record = ServiceRecord.read(self._path)
            if record is None:
                raise FileNotFoundError(self._path)
            self._state, self._record = state, record
        return self._record

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            try:
                upstream_reader, upstream_writer = await self._connect()
                await _both(
                    _pipe(reader, upstream_writer), _pipe(upstream_reader, writer), upstream_writer
                )
            finally:
                writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the generation of the moment; one that is being started again is waited for.

        Raises:
            OSError: It did not come back.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE_SECONDS
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", self._current().upstream)
            except OSError:
                if loop.time() > end:
                    raise
                await asyncio.sleep(_AGAIN_SECONDS)


async def _both(there: object, back: object, upstream: asyncio.StreamWriter) -> None:
    """Pass bytes on in both directions until the server has said its last word."""
    sending = asyncio.ensure_future(there)  # type: ignore[call-overload]
    try:
        await back  # type: ignore[misc]
    finally:
        sending.cancel()
        upstream.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side has no more, and tell the other."""
    with contextlib.suppress(OSError):
        while block := await reader.read(_BLOCK):
            writer.write(block)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


if __name__ == "__main__":
    end_with_parent()
    asyncio.run(Front(Path(sys.argv[1])).run())
