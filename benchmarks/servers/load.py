"""Load, by wrk: it is written in C and leaves the processor to the servers."""

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from servers.servers import Body, Running

_LUA = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Measured:
    """What came of a load.

    Attributes:
        per_second: Answers per second, refusals not among them.
        p50: Median time of an answer, in ms.
        p99: In ms.
        cpu_ms: Processor time of all the server's processes for an answer, in ms.
        refused: Answers that were errors.
        lost: Requests without an answer.
    """

    per_second: float
    p50: float
    p99: float
    cpu_ms: float
    refused: int
    lost: int


def check_wrk() -> None:
    """Leave when wrk is not there."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed\nhint: it is a package of most Linux distributions")


def load(
    server: Running, body: Body, connections: int, seconds: float, pause_ms: float = 0
) -> Measured:
    """Put a server under load.

    Args:
        server: The server.
        body: What it is sent.
        connections: How many send at once.
        seconds: For how long.
        pause_ms: Mean pause of each connection between requests.
    """
    before = server.tree.cpu_seconds()
    with tempfile.NamedTemporaryFile() as file:
        file.write(body.content)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "120s"]
        command += ["-s", str(_LUA), server.url + body.path, "--"]
        arguments = [file.name, body.content_type, f"{pause_ms:g}"]
        ended = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    [line] = [line for line in ended.stdout.splitlines() if line.startswith("JSON ")]
    found = json.loads(line.removeprefix("JSON "))
    answered = max(1, found["requests"] - found["refused"])
    used = server.tree.cpu_seconds() - before
    return Measured(
        per_second=answered / found["seconds"],
        p50=found["p50"],
        p99=found["p99"],
        cpu_ms=used / answered * 1000,
        refused=found["refused"],
        lost=found["lost"],
    )
