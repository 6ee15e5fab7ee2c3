"""The agent on another machine: brought there once, asked by SSH."""

import hashlib
import json
import posixpath
import shlex
from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from facewright.compute.agent.frames import Stream
from facewright.compute.agent_archive import agent_archive
from facewright.compute.answer import NoAgent, read_answer
from facewright.compute.ssh.connection import SshConnection
from facewright.compute.target import Hear
from facewright.errors import TargetError, TargetUnreachable

Result = TypeVar("Result")
_OLDEST = (3, 9)
_BLOCK = 1 << 16
_MOST_BLOCKS = 16
_VERSION = "import sys; print(sys.version_info[0], sys.version_info[1])"
# Written beside its place and counted, so that a broken connection leaves no half agent.
_INSTALL = (
    'umask 077; part="$1/$2.$$"; mkdir -p "$1" && cat > "$part" '
    '&& [ "$(wc -c < "$part")" -eq "$3" ] && mv "$part" "$1/$2" '
    '|| { rm -f "$part"; exit 1; }'
)


def _nothing(line: str) -> None:
    """Hear a line that nobody waits for."""


def _only(answer: Any, stream: Stream) -> Any:
    return answer


class RemoteAgent:
    """The agent of one user on one host.

    Args:
        connection: To the host.
        folder: Where jobs and environments are kept there.
        python: Interpreter there, 3.9 or later.
    """

    def __init__(self, connection: SshConnection, folder: str, python: str) -> None:
        self._connection = connection
        self._folder = folder
        self._python = python

    def ask(
        self,
        verb: str,
        values: dict[str, Any],
        blocks: Callable[[], Iterable[bytes]] = tuple,
        take: Callable[[Any, Stream], Result] = _only,
        hear: Hear = _nothing,
    ) -> Result:
        """Ask the agent to do something; asks once more when the connection breaks meanwhile.

        Args:
            verb: What to do.
            values: With what.
            blocks: Makes the files that go with it.
            take: Takes the answer, and what follows it in the stream.
            hear: Hears what the agent says.

        Raises:
            TargetUnreachable: The host does not answer.
            TargetError: The agent could not do it; or `DependenciesError`.
        """
        request = {"verb": verb, "base": self._folder, **values}
        try:
            return self._asked(request, blocks, take, hear)
        except TargetUnreachable:
            if not self._connection.is_open:
                raise  # it was tried for long enough
            self._connection.close()
            return self._asked(request, blocks, take, hear)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _asked(
        self,
        request: dict[str, Any],
        blocks: Callable[[], Iterable[bytes]],
        take: Callable[[Any, Stream], Result],
        hear: Hear,
    ) -> Result:
        try:
            return self._asked_once(request, blocks, take, hear)
        except NoAgent:
            self._install()
        try:
            return self._asked_once(request, blocks, take, hear)
        except NoAgent as error:
            raise TargetError(
                f"{self._connection.address} does not run the agent: {error}",
                hint=f"check that `{self._python} -V` works there",
            ) from error

    def _asked_once(
        self,
        request: dict[str, Any],
        blocks: Callable[[], Iterable[bytes]],
        take: Callable[[Any, Stream], Result],
        hear: Hear,
    ) -> Result:
        command = [self._python, "-I", "-B", posixpath.join(self._place(), _agent()[0])]
        with self._connection.command(shlex.join(command)) as channel:
            channel.send(_with_request(request, blocks()))
            try:
                answer = read_answer(channel, hear)
            except NoAgent:
                status, words = channel.end()
                if status is None:
                    raise TargetUnreachable(
                        f"{self._connection.address} broke the connection"
                    ) from None
                raise NoAgent(words or f"exit status {status}") from None
            return take(answer, channel)

    def _install(self) -> None:
        self._check_python()
        name, data = _agent()
        command = ["sh", "-c", _INSTALL, "sh", self._place(), name, str(len(data))]
        status, _, words = self._run(shlex.join(command), data)
        if status is None:
            raise TargetUnreachable(f"{self._connection.address} broke the connection")
        if status:
            raise TargetError(
                f"{self._connection.address} has no room for the agent in {self._folder}: "
                f"{words or f'exit status {status}'}",
                hint="make room there, or name another place with `folder` in the target's file",
            )

    def _check_python(self) -> None:
        status, said, words = self._run(shlex.join([self._python, "-c", _VERSION]), b"")
        if status:
            raise TargetError(
                f"{self._connection.address} has no {self._python}: {words}",
                hint="install Python there: `apt install python3 python3-venv` on Debian and "
                "Ubuntu, or name one with pythonLocation in the target's file",
            )
        version = tuple(int(word) for word in said.split()[-2:] if word.isdigit())
        if version < _OLDEST:
            raise TargetError(
                f"the Python of {self._connection.address} is too old: expected 3.9 or later, "
                f"received {'.'.join(map(str, version))}",
                hint="name a later one with pythonLocation in the target's file",
            )

    def _run(self, command: str, data: bytes) -> tuple[int | None, str, str]:
        with self._connection.command(command) as channel:
            channel.send([data])
            said = b"".join(islice(iter(lambda: channel.read(_BLOCK), b""), _MOST_BLOCKS))
            status, words = channel.end()
        return status, said.decode(errors="replace"), words

    def _place(self) -> str:
        # A session begins in the user's home; quoted, a tilde would stand for itself.
        return posixpath.join(self._folder.removeprefix("~/"), "agent")


def _with_request(request: dict[str, Any], blocks: Iterable[bytes]) -> Iterable[bytes]:
    yield json.dumps(request).encode() + b"\n"
    yield from blocks


@cache
def _agent() -> tuple[str, bytes]:
    data = agent_archive()
    return f"{hashlib.sha256(data).hexdigest()[:32]}.pyz", data
