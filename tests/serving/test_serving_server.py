import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from facewright.errors import ServiceError
from facewright.scoring import DataTypes, SampleDefinition, generate_schema
from facewright.serving.server import serve

PROGRAM = """
import sys
from pathlib import Path
from facewright.errors import FacewrightError
from facewright.serving.server import serve

def ready(url):
    print(url, flush=True)

script, schema, port = sys.argv[1:]
try:
    schema = Path(schema) if schema else None
    serve(Path(script), port=int(port), schema=schema, workers=1, ready=ready)
except FacewrightError as error:
    sys.exit(f"refused: {error.code}: {error.message}")
print("ended")
"""

SCRIPT = """
import time
from pathlib import Path

def init():
    global greeting
    greeting = Path("outputs/greeting.txt").read_text()

def run(input_bytes):
    if input_bytes == "slow":
        print("asleep")
        time.sleep(1)
    if input_bytes == "fail":
        raise ValueError("the cause")
    return greeting + input_bytes + Path("outputs/greeting.txt").read_text()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def run(input_bytes: str) -> None: ...

    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, "a")}
    generate_schema(run, inputs=inputs, filepath=tmp_path / "outputs" / "schema.json")
    (tmp_path / "outputs" / "greeting.txt").write_text("hi ")
    (tmp_path / "score.py").write_text(SCRIPT)
    return tmp_path


Started = tuple["subprocess.Popen[str]", str]


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    processes: list[subprocess.Popen[str]] = []

    def starter(folder: Path, schema: str = "outputs/schema.json", port: int = 0) -> Started:
        arguments = [str(folder / "score.py"), schema and str(folder / schema), str(port)]
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield starter
    for process in processes:
        process.kill()
        process.communicate()


def end(process: "subprocess.Popen[str]") -> tuple[int, str, list[dict[str, Any]]]:
    stdout, stderr = process.communicate(timeout=20)
    return process.returncode, stdout, [json.loads(line) for line in stderr.splitlines()]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_service_starts_answers_and_stops(
    how: signal.Signals, folder: Path, start: Callable[..., Started]
) -> None:
    process, url = start(folder)
    answer = httpx.post(f"{url}/score", json={"input_bytes": "there "}, trust_env=False)
    failed = httpx.post(
        f"{url}/score",
        json={"input_bytes": "fail"},
        headers={"x-request-id": "mine"},
        trust_env=False,
    )
    process.send_signal(how)
    code, stdout, lines = end(process)

    assert url.startswith("http://127.0.0.1:")
    assert answer.json() == "hi there hi "
    assert failed.status_code == 500
    assert (code, stdout) == (0, "ended\n")
    assert all(list(line)[:4] == ["timestamp", "level", "requestId", "message"] for line in lines)
    assert lines[0]["message"] == f"listening on {url}"
    assert lines[-1]["message"] == "stopped"
    [error] = [line for line in lines if line["level"] == "ERROR"]
    assert error["requestId"] == "mine"
    assert "ValueError: the cause" in error["exception"]
    assert any(line["message"].startswith("POST /score 200 in ") for line in lines)


def test_a_request_under_way_is_finished_before_the_end(
    folder: Path, start: Callable[..., Started]
) -> None:
    process, url = start(folder)
    with socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0)) as connection:
        body = b'{"input_bytes": "slow"}'
        head = f"POST /score HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        time.sleep(0.4)
        process.send_signal(signal.SIGTERM)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    code, _, lines = end(process)

    assert received.startswith(b"HTTP/1.1 200 OK")
    assert received.endswith(b'"hi slowhi "')
    assert code == 0
    [printed] = [line for line in lines if line["level"] == "PRINT_STATEMENT"]
    assert printed["message"] == "asleep"
    assert printed["requestId"] != "00000000-0000-0000-0000-000000000000"


def test_a_failing_init_ends_the_process_and_says_why(
    folder: Path, start: Callable[..., Started]
) -> None:
    (folder / "outputs" / "greeting.txt").unlink()

    process, _ = start(folder)
    stdout, stderr = process.communicate(timeout=20)

    *lines, last = stderr.splitlines()
    assert process.returncode == 1
    assert stdout == ""
    assert last.startswith("refused: schema: init() of score.py failed: FileNotFoundError")
    assert "greeting.txt" in json.loads(lines[-1])["exception"]


def test_a_port_in_use_says_so(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=f"127.0.0.1:{port}: the port is in use") as caught:
            serve(folder / "score.py", port=port)
    assert caught.value.hint


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("host.invalid", 0)])
def test_an_address_that_cannot_be_says_so(host: str, port: int, folder: Path) -> None:
    with pytest.raises(ServiceError, match=f"cannot listen on {host}:{port}"):
        serve(folder / "score.py", host=host, port=port)


def test_a_schema_that_is_not_there_says_so(folder: Path, start: Callable[..., Started]) -> None:
    process, _ = start(folder, schema="nothing.json")
    _, stderr = process.communicate(timeout=20)

    assert process.returncode == 1
    assert stderr.splitlines()[-1].startswith("refused: schema: the schema ")
