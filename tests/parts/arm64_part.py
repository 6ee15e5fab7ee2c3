"""Python for 64-bit ARM: Debian's, run by qemu's user emulation where the machine is another.

Its files are taken out of Debian's packages and never installed, so that nothing has to run.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import platformdirs
import pytest

QEMU = "qemu-aarch64-static"
# What libraries read of the processor is the host's otherwise, whose lines they do not understand.
_PROCESSOR = """processor\t: 0
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3
"""


def run_arm64(script: str, *arguments: str, libraries: Path, folder: Path, root: Path) -> str:
    """Run a script with Python for ARM; return what it printed.

    Args:
        script: Its text.
        arguments: Of the script.
        libraries: The only folder on ``sys.path`` besides Python's own.
        folder: Where it runs.
        root: Where Debian's files go.
    """
    _unpack(root)
    variables = {"PYTHONPATH": libraries, "PYTHONHOME": root / "usr", "HOME": root}
    named = [word for name, value in variables.items() for word in ("-E", f"{name}={value}")]
    python = str(root / "usr" / "bin" / "python3.11")
    done = subprocess.run(
        [QEMU, "-cpu", "cortex-a72", "-L", str(root), *named, python, "-c", script, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _unpack(root: Path) -> None:
    archive = _archive()
    root.mkdir()
    command = ["tar", "--extract", "--file", str(archive), "--exclude=./dev/*"]
    subprocess.run([*command, "--directory", str(root)], check=True)
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc" / "cpuinfo").write_text(_PROCESSOR)
    processors = root / "sys" / "devices" / "system" / "cpu"
    processors.mkdir(parents=True)
    for name in ("possible", "present"):
        (processors / name).write_text("0\n")


def _archive() -> Path:
    """Return Debian's files, kept between runs, since they take 20 seconds."""
    for program in (QEMU, "mmdebstrap"):
        if shutil.which(program) is None:
            _missing(f"needs {program}: `apt install qemu-user-static mmdebstrap`")
    folder = platformdirs.user_cache_path("facewright-tests", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "bookworm-python3-arm64.tar"
    with (folder / "bookworm-python3-arm64.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            made = archive.with_name(f".{archive.name}-{os.getpid()}.tar")
            options = ("--quiet", "--variant=extract", "--arch=arm64")
            include = "--include=python3,libstdc++6"
            done = subprocess.run(
                ["mmdebstrap", *options, include, "bookworm", str(made)],
                capture_output=True,
                text=True,
            )
            if done.returncode:
                made.unlink(missing_ok=True)
                _missing(f"mmdebstrap brings no files for ARM: {done.stderr.strip()[-1000:]}")
            made.rename(archive)
    return archive


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
