"""A command that runs on a host."""

import contextlib
from collections.abc import Iterable

import asyncssh

from facewright.compute.ssh.background import ONE_TRY, call, unreachable, with_time

_BLOCK = 1 << 18
_LOUDEST = 1 << 16


class Channel:
    """A command on the host: its stdin to write, its stdout to read.

    Failing to read or write because the connection broke is `TargetUnreachable`.
    """

    def __init__(self, process: "asyncssh.SSHClientProcess[bytes]", host: str) -> None:
        self._process = process
        self._host = host
        self._buffer = b""

    def send(self, blocks: Iterable[bytes]) -> None:
        """Write to the command until it listens no more, then end its stdin.

        Why it does not listen shows in what it answers.
        """
        for block in blocks:
            if not self._sent(block):
                return
        with contextlib.suppress(OSError, asyncssh.Error):
            call(self._end_input())

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        if not self._buffer:
            self._buffer = self._more(max(size, _BLOCK))
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def readline(self, size: int, /) -> bytes:
        """Return bytes up to a line end, at most `size`."""
        while b"\n" not in self._buffer and len(self._buffer) < size:
            more = self._more(_BLOCK)
            if not more:
                break
            self._buffer += more
        end = self._buffer.find(b"\n") + 1 or size
        return self.read(min(end, size)) if self._buffer else b""

    def end(self) -> tuple[int | None, str]:
        """Wait for the command; return its exit status, None without one, and its errors."""
        try:
            heard = call(self._process.stderr.read(_LOUDEST))
            call(with_time(self._process.wait_closed(), ONE_TRY))
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise unreachable(self._host, error) from error
        return self._process.exit_status, heard.decode(errors="replace").strip()

    def close(self) -> None:
        """Let go of the command, whether it has ended or not."""
        call(self._close())

    async def _close(self) -> None:
        self._process.close()

    def _sent(self, block: bytes) -> bool:
        try:
            call(self._write(block))
        except (OSError, asyncssh.Error):
            return False
        return True

    async def _end_input(self) -> None:
        self._process.stdin.write_eof()

    async def _write(self, block: bytes) -> None:
        self._process.stdin.write(block)
        await self._process.stdin.drain()

    def _more(self, size: int) -> bytes:
        try:
            return call(self._process.stdout.read(size))
        except (OSError, asyncssh.Error) as error:
            raise unreachable(self._host, error) from error
