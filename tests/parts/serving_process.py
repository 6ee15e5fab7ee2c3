"""`facewright score serve` as a process of its own, for tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from facewright.scoring import DataTypes, SampleDefinition, generate_schema

SECONDS = 60.0
EVERYTHING = """
import os, time
from pathlib import Path

def init():
    if Path("broken").exists():
        raise ValueError("the model is gone")

def run(input_bytes):
    what, _, rest = input_bytes.partition(" ")
    if what == "sleep":
        time.sleep(float(rest))
    if what == "note":
        with open("notes", "a") as notes:
            notes.write(rest + "\\n")
    if what == "wait":
        while not Path(rest).exists():
            time.sleep(0.01)
    return os.getpid() if what == "pid" else input_bytes
"""
"""What it is told to do by its text."""


def until(true: Callable[[], bool]) -> None:
    """Wait until something holds; fail after a minute."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.02)


def write_script(folder: Path, text: str) -> Path:
    """Write a scoring script whose `run` takes `input_bytes`, and its schema."""

    def run(input_bytes: str) -> None: ...

    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, "a")}
    generate_schema(run, inputs=inputs, filepath=folder / "outputs" / "schema.json")
    path = folder / "score.py"
    path.write_text(text)
    return path


@dataclass
class ServingProcess:
    """A server and its workers."""

    script: Path
    flags: tuple[object, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def __post_init__(self) -> None:
        self.log = self.script.with_name("log.txt")
        arguments = ["score", "serve", self.script, "--port", 0, *self.flags]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "facewright", *map(str, arguments)],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment},
            )

    def start(self) -> "ServingProcess":
        """Wait until it answers."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        assert line.startswith("Serving on http"), self.log.read_text()
        self.url = line.split()[-1].removesuffix("/score")
        return self

    def client(self, key: str = "") -> httpx.Client:
        """Return a client that keeps one connection."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=SECONDS)

    def score(self, client: httpx.Client, text: str) -> httpx.Response:
        """Score a text."""
        return client.post("/score", json={"input_bytes": text})

    def terminate(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def end(self) -> None:
        """End it, however it is."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.communicate()


def pids(server: ServingProcess, connections: int = 8) -> list[int]:
    """The workers that answer on so many connections that are open together."""
    clients = [server.client() for _ in range(connections)]
    found = [server.score(client, "pid").json() for client in clients]
    for client in clients:
        client.close()
    return found


def number(client: httpx.Client, name: str) -> float:
    """Return a metric's value; 0 before it was first counted."""
    lines = client.get("/metrics").text.splitlines()
    return float(next((line.removeprefix(name) for line in lines if line.startswith(name)), "0"))
