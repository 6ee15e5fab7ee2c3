"""A history that does not answer is given up soon, and named."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from facewright.errors import HistoryUnreachable
from facewright.runs.history import History
from facewright.runs.record import RunStatus

RUN = "face_1795377699443"


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "sqlite:////proc/none/runs.db"])
def test_a_history_that_is_away_says_so(tmp_path: Path, address: str) -> None:
    with pytest.raises(HistoryUnreachable, match="the history does not answer") as caught:
        History.open(address, tmp_path).status(RUN, RunStatus.RUNNING)
    assert caught.value.hint is not None


def test_a_server_that_is_overloaded_is_asked_twice_at_most(tmp_path: Path) -> None:
    asked = []

    class Overloaded(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_error(503)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Overloaded) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(HistoryUnreachable):
            History.open(address, tmp_path).status(RUN, RunStatus.RUNNING)
        server.shutdown()
    assert len(asked) in (1, 2)  # MLflow's own patience is seven attempts, and minutes
