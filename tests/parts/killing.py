"""Work that is killed at any moment: in a process of its own, forked from one that has loaded all.

Starting Python and loading libraries takes most of a second, and a moment in it hits nothing.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# For each line, which is seconds and words: does the work in a child and kills it with all that
# it started, unless it is done.
_LOOP = """
import os, signal, sys, time
for line in sys.stdin:
    seconds, *words = line.split()
    child = os.fork()
    if not child:
        os.setsid()
        work(*words)
        sys.stdout.flush()
        os._exit(0)
    time.sleep(float(seconds))
    os.kill(child, signal.SIGKILL)  # before it is waited for, so that nobody else has its number
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(child, 0)
    print("\\nended", flush=True)  # the last line of what was killed may have no end
"""


class Killer:
    """A process whose work is killed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def kill_after(self, seconds: float, *words: object) -> list[str]:
        """Do the work with these words, and kill it; return the lines that it printed, if any."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, (seconds, *words))) + "\n")
        self._process.stdin.flush()
        said = []
        while (line := self._process.stdout.readline()) != "ended\n":
            assert line, "the process ended"
            said.append(line.rstrip("\n"))
        return [line for line in said if line]


@contextmanager
def killer(program: str, *arguments: object) -> Iterator[Killer]:
    """Yield a process that has run a program, which defines ``work(*words)``."""
    with subprocess.Popen(
        [sys.executable, "-c", program + _LOOP, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Killer(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
