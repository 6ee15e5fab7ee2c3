"""`facewright env` and `facewright service` as processes, on folders of a test's own."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service_images import Shelf
from service_records import record_image
from waiting_part import until

from facewright.environments.catalogue import load_engine


@dataclass(frozen=True)
class Said:
    """A command that ended."""

    code: int
    stdout: str
    stderr: str


class Bench:
    """A data folder, images in it, and the command line on it.

    Args:
        data: The folder of the user's data.
        shelf: The images.
    """

    def __init__(self, data: Path, shelf: Shelf) -> None:
        self.data = data
        self._shelf = shelf

    def image(self, text: str) -> str:
        """Return the id of an image with a script."""
        return record_image(self.data, self._shelf, text)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command in a session of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "facewright", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "FACEWRIGHT_DATA_DIRECTORY": str(self.data)},
            start_new_session=True,
        )

    def run(self, *words: str) -> Said:
        """Run a command to its end."""
        with self.start(*words) as process:
            stdout, stderr = process.communicate()
        return Said(process.returncode, stdout, stderr)

    def supervisor_pid(self) -> int:
        """Return the process of the supervisor; 0 when there is none."""
        with suppress(OSError, ValueError):
            pid = int((self.data / "services/supervisor/supervisord.pid").read_text())
            os.kill(pid, 0)
            return pid
        return 0

    def hang_up(self, process: "subprocess.Popen[str]") -> None:
        """Do what a terminal does when it is closed."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGHUP)

    def end(self) -> None:
        """End every service."""
        engine = load_engine("process", self.data)
        for folder in (self.data / "services" / "process").glob("*/"):
            engine.remove(folder.name)
        until(lambda: not self.supervisor_pid())
