import collections
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from serving_process import EVERYTHING, SECONDS, ServingProcess, number, pids, until, write_script

Start = Callable[..., ServingProcess]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    """A server that holds three requests, for tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("small")
    flags = ("--workers", 1, "--queue", 2)
    server = ServingProcess(write_script(folder, EVERYTHING), flags)
    yield server.start()
    server.end()


class Load:
    """Clients that score without pause, each on a connection of its own."""

    def __init__(self, server: ServingProcess, clients: int, key: str = "") -> None:
        self.server = server
        self.statuses: collections.Counter[object] = collections.Counter()
        self.workers: collections.Counter[int] = collections.Counter()
        self.stop = threading.Event()
        self._key = key
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        with self.server.client(self._key) as client:
            self.workers[self.server.score(client, "pid").json()] += 1
            while not self.stop.is_set():
                try:
                    self.statuses[self.server.score(client, "sleep 0.005").status_code] += 1
                except httpx.ConnectError:  # nobody listens any more
                    self.statuses["refused"] += 1
                    return
                except httpx.TransportError as error:
                    self.statuses[type(error).__name__] += 1

    @property
    def answered(self) -> int:
        return self.statuses[200]

    def more(self, answers: int) -> None:
        target = self.answered + answers
        until(lambda: self.answered >= target)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(SECONDS)

    def end(self) -> None:
        self.stop.set()
        self.join()


def batches(client: httpx.Client) -> float:
    """Return how many batches were begun."""
    return number(client, 'facewright_inference_batch_size_count{batcher="run"} ')


def test_connections_are_spread_evenly(pair: ServingProcess) -> None:
    # Connections of the tests before may end only now.
    until(lambda: sorted(collections.Counter(pids(pair, 6)).values()) == [3, 3])


def test_a_killed_worker_loses_only_its_requests_and_is_replaced(start: Start) -> None:
    server = start("--workers", 2)
    before = set(pids(server))
    load = Load(server, clients=4)
    load.more(20)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    load.more(50)
    until(lambda: len(set(pids(server)) - before) == 1)
    lost = sum(load.statuses.values()) - load.answered
    load.more(50)
    load.end()

    assert load.statuses.total() - load.answered == lost <= load.workers[victim]
    assert victim not in pids(server)
    assert f"worker {victim} ended (SIGKILL); another is started" in server.log.read_text()
    assert server.terminate() == 0


def test_a_server_told_to_stop_fails_no_request(start: Start) -> None:
    server = start("--workers", 2)
    load = Load(server, clients=6)
    load.more(100)
    code = server.terminate()
    load.join()

    assert code == 0
    assert set(load.statuses) == {200, "refused"}, load.statuses


def test_a_server_told_to_stop_says_it_is_not_ready_and_finishes_what_is_under_way(
    start: Start, tmp_path: Path
) -> None:
    server = start("--workers", 1, "--drain", 60)
    with server.client() as client, ThreadPoolExecutor() as pool, server.client() as other:
        slow = pool.submit(server.score, client, f"wait {tmp_path / 'go'}")
        until(lambda: "batch_size_count" in other.get("/metrics").text)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: other.get("/readyz").status_code == 503)
        last = other.get("/livez")
        (tmp_path / "go").touch()

    assert slow.result().status_code == 200
    assert (last.status_code, last.headers["connection"]) == (200, "close")
    assert server.process.wait(SECONDS) == 0


def test_a_second_signal_does_not_wait(start: Start, tmp_path: Path) -> None:
    server = start("--workers", 1)
    with server.client() as client, ThreadPoolExecutor() as pool, server.client() as other:
        slow = pool.submit(server.score, client, f"wait {tmp_path / 'never'}")
        until(lambda: "batch_size_count" in other.get("/metrics").text)
        server.process.send_signal(signal.SIGINT)
        until(lambda: other.get("/readyz").status_code == 503)
        server.process.send_signal(signal.SIGINT)
        with pytest.raises(httpx.TransportError):
            slow.result()

    assert server.process.wait(SECONDS) == 0


def test_a_worker_that_cannot_be_replaced_ends_the_server(start: Start, tmp_path: Path) -> None:
    server = start("--workers", 1)
    [pid] = pids(server, 1)
    (tmp_path / "broken").touch()
    os.kill(pid, signal.SIGKILL)

    assert server.process.wait(SECONDS) == 1
    last = server.log.read_text().splitlines()[-2]
    assert last == "error: init() of score.py failed: ValueError: the model is gone"


def test_workers_end_when_their_supervisor_is_killed(start: Start) -> None:
    server = start("--workers", 2)
    workers = set(pids(server))
    server.process.kill()

    def gone(pid: int) -> bool:
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().split()[2] == "Z"

    until(lambda: all(map(gone, workers)))


def test_an_overloaded_server_refuses_some_and_answers_the_others(small: ServingProcess) -> None:
    def call(_number: int) -> httpx.Response:
        with small.client() as client:
            return small.score(client, "sleep 0.1")

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(call, range(36)))

    refused = [answer for answer in answers if answer.status_code != 200]
    assert 0 < len(refused) < len(answers)
    assert {answer.status_code for answer in refused} == {429}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert all(answer.json()["code"] == "overloaded" for answer in refused)


def test_a_client_that_hangs_up_is_dropped_from_the_queue(
    small: ServingProcess, tmp_path: Path
) -> None:
    server = small
    with server.client() as client, ThreadPoolExecutor() as pool, server.client() as probe:
        begun = batches(probe)
        first = pool.submit(server.score, client, f"wait {tmp_path / 'go'}")
        until(lambda: batches(probe) == begun + 1)
        address = ("127.0.0.1", httpx.URL(server.url).port or 0)
        with socket.create_connection(address) as connection:
            body = json.dumps({"input_bytes": "note left"}).encode()
            head = f"POST /score HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
            until(lambda: "queue_length 1.0" in probe.get("/metrics").text)
        until(lambda: "queue_length 0.0" in probe.get("/metrics").text)
        (tmp_path / "go").touch()
        stayed = server.score(client if first.result() else client, "note stayed")

    assert stayed.status_code == 200
    assert server.script.with_name("notes").read_text() == "stayed\n"


def test_the_deadline_counts_the_time_in_the_queue(start: Start, tmp_path: Path) -> None:
    server = start("--workers", 1, "--deadline", 0.5)
    with server.client() as client, ThreadPoolExecutor() as pool, server.client() as other:
        running = pool.submit(server.score, client, f"wait {tmp_path / 'go'}")
        until(lambda: "batch_size_count" in other.get("/metrics").text)
        waiting = pool.submit(server.score, other, "note late")
        answers = [running.result(), waiting.result()]
        (tmp_path / "go").touch()
        after = server.score(client, "note later")

    assert [answer.status_code for answer in answers] == [504, 504]
    assert {answer.json()["code"] for answer in answers} == {"deadline"}
    assert after.status_code == 200
    assert (tmp_path / "notes").read_text() == "later\n"


STUCK = """
import sys
from pathlib import Path
from facewright.serving.limits import Limits
from facewright.serving.server import serve

limits = Limits(stuck_seconds=1, deadline_seconds=0.2)
serve(Path(sys.argv[1]), port=0, workers=1, limits=limits, ready=lambda url: print(url, flush=True))
"""


def test_a_worker_whose_run_does_not_come_back_is_replaced(tmp_path: Path) -> None:
    script = write_script(tmp_path, EVERYTHING)
    command = [sys.executable, "-c", STUCK, str(script)]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        url = process.stdout.readline().strip()

        def score(text: str) -> httpx.Response:
            return httpx.post(f"{url}/score", content=text, trust_env=False, timeout=SECONDS)

        assert score("wait for-nothing").status_code == 504
        until(lambda: "another is started" in (tmp_path / "log").read_text())
        assert score("pid").status_code == 200
        process.terminate()

    assert process.returncode == 0
    assert (
        "run() has not come back for 1 s; this worker is replaced" in (tmp_path / "log").read_text()
    )
