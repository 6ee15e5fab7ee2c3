"""A real MLflow tracking server, with its own database and artefacts."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from own_port import own_port

NEEDED = ("flask", "flask_cors", "aiohttp", "pandas", "uvicorn")
_PATIENCE = 600.0


def missing_libraries() -> list[str]:
    """Return what the server needs beyond `mlflow-skinny` and is not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


class TrackingServer:
    """A server that can go away and come back.

    Args:
        folder: Where it keeps everything.
        empty: A database with MLflow's tables, to begin with; without one it makes them first.
    """

    def __init__(self, folder: Path, empty: Path | None = None) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if empty is not None:
            shutil.copy(empty, folder / "server.db")
        self._port = own_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self._port)]
        command += ["--backend-store-uri", f"sqlite:///{self._folder / 'server.db'}"]
        command += ["--artifacts-destination", str(self._folder / "artefacts")]
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._folder,
                env={**os.environ, **quiet, "DO_NOT_TRACK": "1"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> None:
        """Stop it with everything it started."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _wait(self) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=5):  # noqa: S310
                    return
            except OSError:
                time.sleep(0.2)
        log = (self._folder / "server.log").read_text(errors="replace")[-3000:]
        self.stop()
        raise RuntimeError(f"the tracking server does not answer:\n{log}")
