"""Programs that stay: one supervisord for all services of a data folder.

It is started by the first program, survives the terminal, and ends with the last program. What it
should run is described in files, so that one that was killed comes back with everything.
"""

import http.client
import re
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock
from supervisor.xmlrpc import Faults, SupervisorTransport

from facewright.environments.socket_place import socket_path
from facewright.errors import EngineError
from facewright.system.files import write_text

_PATIENCE_SECONDS = 60.0
_AGAIN_SECONDS = 0.1
# How long a server may take to answer what it was sent before it is killed.
_STOP_SECONDS = 60
_IS_RUNNING = 1
_SILENT = (OSError, http.client.HTTPException, xmlrpc.client.Error)

_MAIN = """\
[unix_http_server]
file={socket}
chmod=0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisord]
identifier=facewright
logfile=%(here)s/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile=%(here)s/supervisord.pid
umask=077
[include]
files=programs/*.conf
"""

_PROGRAM = """\
[program:{name}]
command={command}
autostart=true
autorestart=true
startsecs=1
startretries=1000
stopwaitsecs={stop}
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


@dataclass(frozen=True)
class Program:
    """A program that is started again whenever it ends.

    Attributes:
        name: Unique; of ``a-z 0-9 - . _``.
        command: Arguments; no shell reads them.
        log: File of what it writes, to which others of older lines are added.
    """

    name: str
    command: tuple[str, ...]
    log: Path


class Phase(StrEnum):
    """Where a program is."""

    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class ProgramState:
    """What is known of a program.

    Attributes:
        phase: Where it is.
        pid: Of its process; 0 when it has none.
        exit_code: Of the process before, negative for a signal; 0 when there was none.
    """

    phase: Phase
    pid: int
    exit_code: int


class Supervision:
    """The programs of a data folder.

    Args:
        folder: For the supervisor's own files; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs = folder / "programs"

    def names(self) -> set[str]:
        """Return the names of all programs, described or running."""
        described = {file.stem for file in self._programs.glob("*.conf")}
        return described | set(self._known())

    def add(self, program: Program) -> None:
        """Start a program, and keep it running from now on."""
        with self._locked():
            program.log.parent.mkdir(parents=True, exist_ok=True)
            write_text(self._programs / f"{program.name}.conf", _described(program))
            if not self._start():
                self._call("reloadConfig")
                self._call("addProcessGroup", program.name, but=Faults.ALREADY_ADDED)

    def state(self, name: str) -> ProgramState | None:
        """Return what is known of a program; None where there is none, or no supervisor."""
        return self._known().get(name)

    def remove(self, name: str) -> None:
        """Ask a program to end, wait until it did, and forget it.

        The supervisor ends with its last program. Waiting holds up nobody else, since a server
        answers what it was sent before it ends.
        """
        (self._programs / f"{name}.conf").unlink(missing_ok=True)
        if name in self._known():
            gone = (Faults.BAD_NAME, Faults.NOT_RUNNING)
            self._call("stopProcessGroup", name, False, but=gone)
            self._wait(partial(self._has_ended, name), f"the program {name} does not end")
        with self._locked():
            if name in self._known():
                self._call("removeProcessGroup", name, but=Faults.BAD_NAME)
            self._end_if_idle()

    def revive(self) -> None:
        """Start the supervisor when programs are described and none runs."""
        if any(self._programs.glob("*.conf")) and not self._answers():
            with self._locked():
                self._start()

    def _start(self) -> bool:
        """Start the supervisor with all programs; return False when one is there already."""
        if self._answers():
            return False
        self._write_configuration()
        command = [sys.executable, "-P", "-m", "supervisor.supervisord"]
        done = subprocess.run(  # noqa: S603 - our own arguments
            [*command, "-c", str(self._folder / "supervisord.conf")],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
        )
        if done.returncode:
            raise EngineError(
                "the supervisor of services cannot be started: "
                f"{(done.stderr or done.stdout).strip()[-1000:]}"
            )
        self._wait(self._answers, "the supervisor of services does not answer")
        return True

    def _write_configuration(self) -> None:
        self._programs.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        text = _MAIN.format(socket=_plain(str(socket_path(self._folder))))
        write_text(self._folder / "supervisord.conf", text)

    def _end_if_idle(self) -> None:
        if any(self._programs.glob("*.conf")) or self._known() or not self._answers():
            return
        self._call("shutdown")
        self._wait(lambda: not self._answers(), "the supervisor of services does not end")

    def _has_ended(self, name: str) -> bool:
        state = self._known().get(name)
        return state is None or not state.pid

    def _known(self) -> dict[str, ProgramState]:
        try:
            with self._proxy() as supervisor:
                found = supervisor.getAllProcessInfo()
        except _SILENT:
            return {}
        return {str(each["group"]): _state(each) for each in found}

    def _answers(self) -> bool:
        try:
            with self._proxy() as supervisor:
                return bool(supervisor.getState()["statecode"] == _IS_RUNNING)
        except _SILENT:
            return False

    def _call(self, method: str, *arguments: object, but: int | tuple[int, ...] = ()) -> None:
        accepted = (but,) if isinstance(but, int) else but
        try:
            with self._proxy() as supervisor:
                getattr(supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in accepted:
                raise EngineError(
                    f"the supervisor of services refuses {method}: {fault.faultString}",
                    hint=f"its log is {self._folder / 'supervisord.log'}",
                ) from fault
        except _SILENT as error:
            raise EngineError(f"the supervisor of services does not answer: {error}") from error

    @contextmanager
    def _proxy(self) -> Iterator[Any]:
        transport: Any = SupervisorTransport(None, None, f"unix://{socket_path(self._folder)}")
        try:
            yield xmlrpc.client.ServerProxy("http://localhost", transport=transport).supervisor
        finally:
            transport.close()

    def _wait(self, true: Callable[[], bool], otherwise: str) -> None:
        end = time.monotonic() + _PATIENCE_SECONDS + _STOP_SECONDS
        while not true():
            if time.monotonic() > end:
                raise EngineError(otherwise, hint=f"look into {self._folder / 'supervisord.log'}")
            time.sleep(_AGAIN_SECONDS)

    def _locked(self) -> FileLock:
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / ".lock")


def _state(said: dict[str, Any]) -> ProgramState:
    name = str(said["statename"])
    if name in ("RUNNING", "STOPPING"):
        phase = Phase.RUNNING
    else:
        phase = Phase.STARTING if name == "STARTING" else Phase.ENDED
    return ProgramState(phase, int(said["pid"]), int(said["exitstatus"]))


def _described(program: Program) -> str:
    return _PROGRAM.format(
        name=program.name,
        command=_plain(shlex.join(program.command)),
        stop=_STOP_SECONDS,
        log=_plain(str(program.log)),
    )


def _plain(value: str) -> str:
    """Return a value as the supervisor's configuration language reads it back.

    Raises:
        EngineError: The language cannot say it.
    """
    if re.search(r"[\r\n\0]|\s[;#]", value):
        raise EngineError(
            f"services cannot be kept below a folder of this name: {value!r}",
            hint="name another with FACEWRIGHT_DATA_DIRECTORY, without line ends, ` ;` and ` #`",
        )
    return value.replace("%", "%%")
