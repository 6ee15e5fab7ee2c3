r"""The agent as a program: one request on stdin, one answer on stdout.

::

    in    {"verb": …, "base": …, …}\n   then files, as in frames.py
    out   facewright-agent 1\n          whatever a login shell printed comes before it
          {"say": "a line"}\n           as often as there is something to say
          {"done": …}\n                 then bytes or files, or
          {"error": {…}}\n
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from facewright.compute.agent import attend, launcher
from facewright.compute.agent.environments import Environments
from facewright.compute.agent.frames import Stream, read_line
from facewright.compute.agent.jobs import Jobs
from facewright.errors import FacewrightError

BANNER = b"facewright-agent 1\n"
Request = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Answer one request, or ``launch FOLDER`` with a job in it, or ``attend FILE`` for Ray."""
    if arguments[1:2] == ["launch"]:
        return launcher.main(Path(arguments[2]))
    if arguments[1:2] == ["attend"]:
        return attend.main(Path(arguments[2]), arguments[0])
    _tell(BANNER)
    try:
        agent = _Agent(read_line(sys.stdin.buffer), arguments[0])
        agent.answer(sys.stdin.buffer)
    except FacewrightError as error:
        said = {"code": error.code, "message": error.message, "hint": error.hint}
        _tell(_line({"error": said}))
    except OSError as error:
        _tell(_line({"error": {"code": "target", "message": str(error), "hint": None}}))
    return 0


class _Agent:
    def __init__(self, request: Request, program: str) -> None:
        self._request = request
        base = Path(request["base"]).expanduser().absolute()
        launch = (sys.executable, "-I", "-B", str(Path(program).absolute()), "launch")
        self._jobs = Jobs(base, launch)
        self._environments = Environments(base)

    def answer(self, files: Stream) -> None:
        """Do what is asked and tell the result."""
        verbs: dict[str, Callable[[], None]] = {
            "has": lambda: self._done(self._environments.has(self._request["environment"])),
            "prepare": lambda: self._prepare(files),
            "start": lambda: self._start(files),
            "state": lambda: self._done(self._jobs.state(self._request["id"])),
            "read": self._read,
            "cancel": lambda: self._finish(self._jobs.cancel),
            "fetch": self._fetch,
            "clean": lambda: self._finish(self._jobs.clean),
        }
        verbs[self._request["verb"]]()

    def _prepare(self, files: Stream) -> None:
        def say(line: str) -> None:
            # When nobody listens any more the work goes on: asking again finds it done.
            with contextlib.suppress(BrokenPipeError):
                _tell(_line({"say": line}))

        self._done(self._environments.prepare(self._request["environment"], files, say))

    def _start(self, files: Stream) -> None:
        job = self._request["job"]
        if job["argv"][0] is None:
            python = self._python(self._request["environment"])
            job["argv"][0], job["path"] = python, str(Path(python).parent)
        job["shared"] = str(Path(job["shared"]).expanduser().absolute())
        self._jobs.start(job, self._request["size"], lambda: files)
        self._done(None)

    def _finish(self, do: Callable[[str], None]) -> None:
        do(self._request["id"])
        self._done(None)

    def _python(self, environment: str | None) -> str:
        return sys.executable if environment is None else self._environments.python(environment)

    def _read(self) -> None:
        data = self._jobs.read(*(self._request[name] for name in ("id", "path", "offset")))
        self._done(len(data), [data])

    def _fetch(self) -> None:
        blocks = self._jobs.fetch(self._request["id"], self._request["folder"])
        self._done(None, blocks)

    def _done(self, result: object, blocks: Iterable[bytes] = ()) -> None:
        _tell(_line({"done": result}))
        for block in blocks:
            _tell(block)


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"


def _tell(data: bytes) -> None:
    # Past Python's own buffer, which would try again to write when the process ends.
    while data:
        data = data[os.write(1, data) :]
