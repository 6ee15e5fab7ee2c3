"""Lines of a document, run as a user pastes them into a terminal."""

import os
import re
import subprocess
import sys
from pathlib import Path

# What a user notes under a name for the lines that follow, and how commands print it.
_NOTED = {
    "model": re.compile(r"^Id: ([0-9a-f]{32})$", re.MULTILINE),
    "manifest": re.compile(r"^Id: ([0-9a-f-]{36})$", re.MULTILINE),
    "image": re.compile(r"^Image ID: (\S+)$", re.MULTILINE),
}


def shell_lines(document: Path, heading: str) -> list[str]:
    """Return the lines of the first block of shell commands below a heading."""
    section = document.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return section.partition("```sh\n")[2].partition("```")[0].splitlines()


class Terminal:
    """A terminal in a folder; its ``facewright`` and ``python`` are those of the tests.

    Args:
        folder: Where lines are run.
        variables: Of the environment, besides the test's own.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        self._folder = folder
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._variables = {**os.environ, "PATH": programs, "no_proxy": "*", **variables}

    def paste(self, line: str) -> str:
        """Run a line to its end and return what it printed; ids in it are noted."""
        ended = subprocess.run(
            ["bash", "-euc", line],
            cwd=self._folder,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{line}\n{ended.stdout}{ended.stderr}"
        for name, pattern in _NOTED.items():
            if found := pattern.search(ended.stdout):
                self._variables[name] = found[1]
        return ended.stdout
