"""What is read of runs: lists, records, files, promoted files."""

import math
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postgresql_part import running_postgresql

from facewright.errors import RunError
from facewright.runs.history import History
from facewright.runs.newest import Selection, newest_runs
from facewright.runs.promotion import download_asset, promote, read_link
from facewright.runs.reading import HistoryReader, Point
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.reported import Record, line_of
from facewright.runs.run_record import FIELDS

FACE, OTHER = "11111111-aaaa", "22222222-bbbb"
FIRST = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
NESTED = "0123456789abcdef" * 2


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_history: Path
) -> Iterator[tuple[str, Path]]:
    """Return where a history with some runs of two projects is."""
    folder = tmp_path_factory.mktemp("reading")
    if request.param == "sqlite":
        shutil.copy(empty_history, folder / "runs.db")
        yield _filled(f"sqlite:///{folder / 'runs.db'}", folder)
        return
    with running_postgresql() as server:
        yield _filled(server.new_database(), folder)


def _filled(url: str, folder: Path) -> tuple[str, Path]:
    (folder / "outputs").mkdir()
    (folder / "outputs" / "my_model.h5").write_bytes(b"\0model")
    (folder / "logs").mkdir()
    (folder / "logs" / "driver_log.txt").write_text("epoch 1\n")
    where = url, folder / "artefacts"
    history = History.open(*where)
    for number in range(6):
        _make(history, number, folder)
    return where


def _make(history: History, number: int, folder: Path) -> None:
    project, project_id = ("face", FACE) if number % 3 else ("other", OTHER)
    run = Submitted(
        run_id=f"{project}_{number}",
        project=project,
        project_id=project_id,
        account="local",
        workspace="default",
        user="ada",
        target="local",
        configuration="local",
        script_name="train.py",
        arguments=("--epochs", str(number)),
        created=FIRST + timedelta(minutes=number),
        commit="c0ffee",
    )
    history.begin(run)
    if number == 5:
        return
    history.status(run.run_id, RunStatus.RUNNING, run.created + timedelta(seconds=1))
    records = [
        Record("metric", 1, "loss", values=(0.5, 0.25, number)),
        Record("metric", 1, "duration", values=(math.inf,)),
        Record("metric", 1, "broken", values=(math.nan,)),
        Record("text", 1, "best", value="epoch 1"),
        Record("tag", 1, "note", value="x"),
        Record("child", 1, value="fold", run=NESTED),
    ]
    history.report(run.run_id, b"".join(map(line_of, records)))
    history.keep(run.run_id, folder / "outputs", "outputs")
    history.keep(run.run_id, folder / "logs", "logs")
    if number != 4:
        status = RunStatus.FAILED if number == 1 else RunStatus.COMPLETED
        history.end(run.run_id, status, run.created + timedelta(hours=1, seconds=1))


@pytest.fixture
def reader(address: tuple[str, Path]) -> HistoryReader:
    """Return a reader of that history."""
    return HistoryReader(History.open(*address))


def ids(records: list[dict[str, Any]]) -> list[str]:
    """Return the ids of runs."""
    return [record["run_id"] for record in records]


@pytest.mark.parametrize(
    "wanted",
    [
        Selection(),
        Selection(FACE),
        Selection("nobody"),
        Selection(limit=2),
        Selection(limit=None),
        Selection(status=RunStatus.COMPLETED),
        Selection(FACE, status=RunStatus.SUBMITTING),
        Selection(nested=True),
        Selection(OTHER, limit=1, nested=True),
    ],
)
def test_tables_and_mlflow_say_the_same(
    address: tuple[str, Path], reader: HistoryReader, wanted: Selection
) -> None:
    quick, slow = newest_runs(*address, wanted), reader.newest(wanted)
    for record in [*quick, *slow]:
        if record["end_time_utc"] is None:
            record["duration"] = None
    assert repr(quick) == repr(slow)  # NaN is not itself


def test_the_newest_runs_come_first(address: tuple[str, Path]) -> None:
    assert ids(newest_runs(*address, Selection(FACE, limit=3))) == ["face_5", "face_4", "face_2"]
    failed = newest_runs(*address, Selection(status=RunStatus.FAILED))
    assert ids(failed) == ["face_1"]


def test_a_history_that_was_never_used_is_empty_and_stays_so(tmp_path: Path) -> None:
    assert newest_runs(f"sqlite:///{tmp_path / 'x.db'}", tmp_path, Selection()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_record_has_the_fields_of_the_original(reader: HistoryReader) -> None:
    record = reader.info("face_2")
    assert tuple(record)[: len(FIELDS)] == FIELDS
    assert record == record | {
        "run_id": "face_2",
        "run_number": 2,
        "experiment_id": FACE,
        "user_id": "ada",
        "target": "local",
        "script_name": "train.py",
        "arguments": ["--epochs", "2"],
        "status": "Completed",
        "created_utc": FIRST + timedelta(minutes=2),
        "start_time_utc": FIRST + timedelta(minutes=2, seconds=1),
        "end_time_utc": FIRST + timedelta(hours=1, minutes=2, seconds=1),
        "duration": "1:00:00",
        "parameters": {"epochs": "2"},
        "tags": {"note": "x"},
        "attachments": ["logs/driver_log.txt", "outputs/my_model.h5"],
        "best": "epoch 1",
        "loss": 2.0,
        "duration_logged": math.inf,
    }
    assert record["properties"]["CommitId"] == "c0ffee"
    assert math.isnan(record["broken"])


def test_nested_runs_name_their_run(address: tuple[str, Path]) -> None:
    (nested,) = (
        each
        for each in newest_runs(*address, Selection(nested=True))
        if each["parent_run_id"] == "face_2"
    )
    assert (nested["name"], nested["status"]) == ("fold", "Completed")


def test_series_are_read_in_order(reader: HistoryReader) -> None:
    assert reader.series("face_2") == {"loss": [Point(0, 0.5), Point(1, 0.25), Point(2, 2.0)]}


def test_the_last_run_is_the_newest(reader: HistoryReader) -> None:
    assert reader.last()["run_id"] == "face_5"
    assert reader.last(OTHER)["run_id"] == "other_3"
    with pytest.raises(RunError, match="no runs yet"):
        reader.last("nobody")


def test_two_or_more_runs_are_compared(reader: HistoryReader) -> None:
    assert ids(reader.compare(["face_2", "face_1", "other_0"])) == ["face_2", "face_1", "other_0"]
    with pytest.raises(RunError, match="expected two or more"):
        reader.compare(["face_1", "face_1"])


def test_a_text_is_shown_and_another_file_is_not(reader: HistoryReader) -> None:
    assert reader.text("face_1", "driver_log") == "epoch 1\n"
    with pytest.raises(RunError, match="outputs/my_model.h5 is not a text"):
        reader.text("face_1", "outputs/my_model.h5")


def test_files_are_downloaded_all_or_none(reader: HistoryReader, tmp_path: Path) -> None:
    there = tmp_path / "there"
    written = reader.download("face_1", None, there)
    assert sorted(path.relative_to(there).as_posix() for path in written) == [
        "logs/driver_log.txt",
        "outputs/my_model.h5",
    ]
    (there / "logs" / "driver_log.txt").unlink()
    (there / "outputs" / "my_model.h5").write_bytes(b"mine")
    with pytest.raises(RunError, match="1 files are in the way"):
        reader.download("face_1", None, there)
    assert not (there / "logs" / "driver_log.txt").exists()
    reader.download("face_1", "outputs/", there, overwrite=True)
    assert (there / "outputs" / "my_model.h5").read_bytes() == b"\0model"
    assert sorted(path.name for path in there.iterdir()) == ["logs", "outputs"]


@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "a/../../b", "", "a\\b", "a\nb", "x" * 2000]
)
def test_hostile_paths_of_artefacts_are_refused(
    reader: HistoryReader, tmp_path: Path, path: str
) -> None:
    with pytest.raises(RunError, match="not an artefact"):
        reader.text("face_1", path)
    with pytest.raises(RunError, match="not an artefact"):
        reader.download("face_1", path, tmp_path)


def test_an_artefact_that_is_not_there_is_named(reader: HistoryReader, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="the run has no artefact 'outputs/x'"):
        reader.download("face_1", "outputs/x", tmp_path)
    with pytest.raises(RunError):
        reader.text("face_1", "outputs/x")


def test_a_link_in_the_destination_is_not_followed(reader: HistoryReader, tmp_path: Path) -> None:
    outside, there = tmp_path / "outside", tmp_path / "there"
    outside.mkdir()
    there.mkdir()
    (there / "outputs").symlink_to(outside)
    with pytest.raises(RunError, match="a link leads out of the folder"):
        reader.download("face_1", None, there, overwrite=True)
    assert list(outside.iterdir()) == []


def test_a_promoted_file_comes_back_as_it_was(address: tuple[str, Path], tmp_path: Path) -> None:
    history = History.open(*address)
    link = promote(history, "face_1", "outputs/my_model.h5", "model", tmp_path / "assets")
    assert link == tmp_path / "assets" / "model.link"
    asset = read_link(link)
    assert (asset.run_id, asset.artefact, asset.size) == ("face_1", "outputs/my_model.h5", 6)
    path = download_asset(history, asset, tmp_path / "there", overwrite=False)
    assert path.read_bytes() == b"\0model"
    with pytest.raises(RunError, match="a file is in the way"):
        download_asset(history, asset, tmp_path / "there", overwrite=False)


def test_another_file_than_the_promoted_one_is_refused(
    address: tuple[str, Path], tmp_path: Path
) -> None:
    history = History.open(*address)
    link = promote(history, "face_1", "outputs/my_model.h5", "model", tmp_path)
    digest = read_link(link).digest
    link.write_text(link.read_text().replace(digest, f"sha256:{'0' * 64}"))
    with pytest.raises(RunError, match="not the file that was promoted"):
        download_asset(history, read_link(link), tmp_path / "there", overwrite=False)
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("outputs/my_model.h5", "../../etc/passwd"),
        ("face_1", "../x"),
        ("sha256:", "md5:"),
        ('"format": 1', '"format": 2'),
        ("{", "["),
    ],
)
def test_a_hostile_link_is_refused(
    address: tuple[str, Path], tmp_path: Path, old: str, new: str
) -> None:
    link = promote(History.open(*address), "face_1", "outputs/my_model.h5", "model", tmp_path)
    link.write_text(link.read_text().replace(old, new))
    with pytest.raises(RunError):
        read_link(link)


@pytest.mark.parametrize(
    ("artefact", "words"),
    [("outputs/none.h5", "the run has no artefact 'outputs/none.h5'"), ("outputs", "is no file")],
)
def test_only_a_file_of_the_run_is_promoted(
    address: tuple[str, Path], tmp_path: Path, artefact: str, words: str
) -> None:
    with pytest.raises(RunError, match=words):
        promote(History.open(*address), "face_1", artefact, "model", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "x" * 65])
def test_a_hostile_name_of_an_asset_is_refused(
    address: tuple[str, Path], tmp_path: Path, name: str
) -> None:
    with pytest.raises(RunError, match="not an asset's name"):
        promote(History.open(*address), "face_1", "outputs/my_model.h5", name, tmp_path)


def test_a_deleted_run_is_gone_and_a_running_one_stays(tmp_path: Path, empty_history: Path) -> None:
    shutil.copy(empty_history, tmp_path / "runs.db")
    history = History.open(f"sqlite:///{tmp_path / 'runs.db'}", tmp_path / "artefacts")
    (tmp_path / "outputs").mkdir()
    (tmp_path / "logs").mkdir()
    for number in (1, 4):
        _make(history, number, tmp_path)
    reader = HistoryReader(history)
    with pytest.raises(RunError, match="the run goes on: face_4"):
        reader.delete("face_4")
    reader.delete("face_1")
    assert ids(reader.newest(Selection(nested=False))) == ["face_4"]
    with pytest.raises(RunError, match="deleted from the history"):
        history.report("face_1", line_of(Record("tag", 1, "a", value="b")))
