"""What runs in a container of the docker target: one file, standard library only, Python 3.9.

::

    inside.py describe              print what the base image's Python is, as JSON
    inside.py environment WHEELS    make an environment of the wheels in a folder
    inside.py run ENDED ARGV...     run a script; write its exit code to a file
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = "/facewright/environment"
_NOT_STARTED = 127


def describe() -> int:
    """Print what wheels have to fit, and whether an environment can be made."""
    library, version = platform.libc_ver()
    facts = {
        "python": list(sys.version_info[:3]),
        "library": library,
        "library_version": version,
        "venv": importlib.util.find_spec("venv") is not None,
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    return 0


def environment(wheels: str) -> int:
    """Install the wheels, all of them and nothing else, with the pip that is among them."""
    files = sorted(Path(wheels).glob("*.whl"))
    pip = next(file for file in files if file.name.startswith("pip-"))
    # Without pip, which Debian leaves out of its venv: the wheel is a program already.
    made = _call(sys.executable, "-m", "venv", "--without-pip", ENVIRONMENT)
    if made:
        return made
    python = Path(ENVIRONMENT, "bin", "python")
    options = ("--no-index", "--no-deps", "--no-cache-dir", "--disable-pip-version-check")
    return _call(python, pip / "pip", "install", "--progress-bar=off", *options, *files)


def run(ended: str, argv: list[str]) -> int:
    """Run a script with output and errors as one stream, and write how it ended.

    An engine says 137 both for a script that ended with 137 and for one that was killed, and 255
    for one that it lost; the file tells them apart.
    """
    os.dup2(1, 2)
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
    try:
        command = subprocess.Popen(  # noqa: S603 - running the user's command is its purpose
            [sys.executable, "-u", *argv], stdin=subprocess.DEVNULL
        )
    except OSError as error:
        sys.stderr.write(f"the command did not start: {error}\n")
        return _NOT_STARTED
    signal.signal(signal.SIGTERM, lambda *_: command.terminate())
    code = command.wait()
    Path(ended).write_text(str(code), encoding="ascii")
    return code if code >= 0 else 128 - code


def _call(*command: str | Path) -> int:
    return subprocess.call(command)  # noqa: S603 - Pythons of this container


def main(arguments: list[str]) -> int:
    """Do one of them."""
    verb, *rest = arguments
    if verb == "describe":
        return describe()
    if verb == "environment":
        return environment(rest[0])
    return run(rest[0], rest[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
