"""The history at a real MLflow server, which goes away and comes back."""

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tracking_server import TrackingServer, missing_libraries

from facewright.errors import HistoryUnreachable
from facewright.runs.history import History
from facewright.runs.newest import Selection, newest_runs
from facewright.runs.reading import HistoryReader
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.reported import Record, line_of

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
NESTED = "0123456789abcdef" * 2


@pytest.fixture
def server(tmp_path: Path, empty_history: Path) -> Iterator[TrackingServer]:
    """Return a tracking server that runs; skip without its libraries, fail in CI."""
    if missing := missing_libraries():
        reason = f"the tracking server needs {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = TrackingServer(tmp_path / "server", empty_history)
    server.start()
    yield server
    server.stop()


def ask(server: TrackingServer, path: str, content: dict[str, Any]) -> dict[str, Any]:
    """Ask the server as any client may, by its documented interface."""
    request = urllib.request.Request(  # noqa: S310
        f"{server.address}/api/2.0/mlflow/{path}",
        json.dumps(content).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return dict(json.load(answer))


def test_nothing_is_lost_while_the_server_is_away(server: TrackingServer, tmp_path: Path) -> None:
    place = tmp_path / "artefacts"
    run = Submitted(
        run_id="face_1795377699443",
        project="face",
        project_id="11111111-aaaa",
        account="local",
        workspace="default",
        user="ada",
        target="local",
        configuration="local",
        script_name="train.py",
        arguments=(),
        created=NOW,
    )
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    (outputs / "model.h5").write_bytes(b"model")
    lines = [
        line_of(Record("metric", 1, "loss", values=(0.5, 0.25))),
        line_of(Record("child", 2, value="fold", run=NESTED)),
        line_of(Record("metric", 3, "loss", values=(0.125,), step=2)),
    ]
    steps: list[Callable[[History], object]] = [
        lambda history: history.begin(run),
        lambda history: history.status(run.run_id, RunStatus.RUNNING),
        lambda history: history.report(run.run_id, b"".join(lines[:2])),
        lambda history: history.report(run.run_id, b"".join(lines)),
        lambda history: history.keep(run.run_id, outputs, "outputs"),
        lambda history: history.end(run.run_id, RunStatus.COMPLETED, NOW),
    ]
    history = History.open(server.address, place)
    for number, step in enumerate(steps):
        step(history)
        if number == 2:
            server.stop()
            for each in steps:
                with pytest.raises(HistoryUnreachable):
                    each(history)
            server.start()
    for step in steps:  # a carrier that was killed does everything again
        step(History.open(server.address, place))
    _look_with_any_client(server)
    reader = HistoryReader(History.open(server.address, place))
    assert reader.info(run.run_id)["attachments"] == ["outputs/model.h5"]
    (path,) = reader.download(run.run_id, "outputs/model.h5", tmp_path / "there")
    assert path.read_bytes() == b"model"
    records = newest_runs(server.address, place, Selection(run.project_id))
    assert [record["loss"] for record in records] == [0.125]


def _look_with_any_client(server: TrackingServer) -> None:
    found = ask(server, "experiments/search", {"max_results": 10})["experiments"]
    (experiment,) = [each for each in found if each["name"] == "default/face"]
    wanted = {"experiment_ids": [experiment["experiment_id"]]}
    runs = ask(server, "runs/search", wanted)["runs"]
    assert sorted(each["info"]["run_name"] for each in runs) == ["face_1795377699443", "fold"]
    (seen,) = [each for each in runs if each["info"]["run_name"] != "fold"]
    assert seen["info"]["status"] == "FINISHED"
    assert [(each["key"], each["value"]) for each in seen["data"]["metrics"]] == [("loss", 0.125)]
