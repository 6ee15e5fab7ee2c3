"""What a server with several workers tells and keeps."""

import contextlib
import csv
import http.server
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from serving_process import ServingProcess, number, pids, until

Start = Callable[..., ServingProcess]


def test_metrics_add_up_over_workers(pair: ServingProcess) -> None:
    labels = 'http_request_method="POST",http_response_status_code="200",http_route="/score"'
    names = (
        f"http_server_request_duration_seconds_count{{{labels}}} ",
        'facewright_inference_queue_duration_seconds_count{batcher="run"} ',
    )
    with pair.client() as client:
        before = [number(client, name) for name in names]
        assert len(set(pids(pair, 4))) == 2

        assert [number(client, name) for name in names] == [each + 4 for each in before]
        assert number(client, "http_server_active_requests ") == 1


def test_metrics_may_have_a_listener_of_their_own(start: Start) -> None:
    server = start("--workers", 1, "--metrics-port", 0)
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    [said] = [line["message"] for line in lines if line["message"].startswith("metrics on")]
    pids(server, 1)

    with server.client() as client:
        assert client.get("/metrics").status_code == 404
        address = f"http://127.0.0.1:{said.split()[-1]}/metrics"
        text = client.get(address).text

    assert 'http_response_status_code="200",http_route="/score"} 1.0' in text


def test_a_server_opens_no_connection_of_its_own(start: Start, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(
        "import os, sys\n"
        "def hook(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.sendto', 'socket.getaddrinfo'):\n"
        f"        with open({str(seen)!r}, 'a') as file:\n"
        "            file.write(f'{event} {arguments[1:]}\\n')\n"
        "    if event == 'facewright.watched':\n"
        f"        open({str(seen)!r} + '.proof', 'a').write(f'{{os.getpid()}}\\n')\n"
        "sys.addaudithook(hook)\n"
        "sys.audit('facewright.watched')\n"
    )
    server = start("--workers", 1, PYTHONPATH=str(tmp_path / "watch"))
    answered = set(pids(server))
    with server.client() as client:
        assert client.get("/openapi.json").status_code == 200
    server.terminate()

    watched = {int(line) for line in seen.with_suffix(".proof").read_text().split()}
    assert answered < watched
    events = seen.read_text().splitlines() if seen.exists() else []
    # The address the supervisor itself binds is looked up, in numbers.
    assert [event for event in events if not event.startswith("socket.getaddrinfo")] == []
    assert all("127.0.0.1" in event or "getaddrinfo (0" in event for event in events), events


def test_answers_are_collected_where_the_owner_asks(pair: ServingProcess) -> None:
    data = pair.script.with_name("data")

    def rows() -> list[int]:
        found = data.rglob("data.csv")
        with contextlib.suppress(StopIteration), next(found).open(newline="") as file:
            return [int(row["answer"]) for row in csv.DictReader(file)]
        return []

    before = len(rows())
    answered = pids(pair, 4)
    until(lambda: len(rows()) == before + 4)
    assert sorted(rows()[before:]) == sorted(answered)
    [path] = data.rglob("data.csv")
    assert path.relative_to(data).parts[:3] == ("faces", "model", "answers")


def test_traces_are_sent_where_opentelemetrys_variable_says(start: Start) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    received: list[tuple[str, bytes]] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{receiver.server_port}"
        server = start("--workers", 1, "--name", "faces", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        with server.client() as client:
            client.headers["traceparent"] = f"00-{trace}-00f067aa0ba902b7-01"
            assert server.score(client, "a").status_code == 200
        server.terminate()
        receiver.shutdown()

    sent = b"".join(body for path, body in received if path == "/v1/traces")
    assert b"POST /score" in sent
    assert b"faces" in sent
    assert bytes.fromhex(trace) in sent
