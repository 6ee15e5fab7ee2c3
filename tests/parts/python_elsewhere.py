"""Pythons with packages that do not go with ours, installed once and kept in pytest's cache."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest


def python_with(cache: pytest.Cache, *packages: str) -> Path:
    """Return a Python that holds packages; skip where they cannot be installed, fail in CI.

    Args:
        cache: Keeps it.
        packages: As pip takes them; the first names the folder.
    """
    version = "".join(map(str, sys.version_info[:2]))
    folder = cache.mkdir(f"{packages[0].replace('==', '-')}-py{version}")
    python, done = folder / "bin" / "python", folder / "installed"
    if done.exists():
        return python
    venv.create(folder, clear=True)  # without a pip of its own, which takes seconds
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    installed = subprocess.run(
        [*command, *packages], capture_output=True, text=True, timeout=300, check=False
    )
    if installed.returncode == 0:
        done.touch()
        return python
    reason = f"{packages[0]} cannot be installed: {installed.stderr.strip()[-300:]}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
