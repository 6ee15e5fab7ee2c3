import csv
import datetime
import json
from pathlib import Path

import pytest

from facewright.errors import ServiceError
from facewright.serving import request_id
from facewright.serving.collector import Collection, Collector

TODAY = datetime.datetime.now(datetime.UTC).date()


def day(date: datetime.date) -> str:
    return date.strftime("%Y/%m/%d")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def collected(folder: Path, *answers: str, **options: object) -> Path:
    collector = Collector(Collection(folder, **options), "faces")  # type: ignore[arg-type]
    for answer in answers:
        collector.answer(answer)
    collector.close()
    return folder / "faces" / "model"


def test_a_recognition_becomes_a_row_per_face(tmp_path: Path) -> None:
    box = {"left": 0, "top": 0, "right": 1, "bottom": 1}
    faces = [
        {"box": box, "index": "3", "name": "Ada, Countess", "probability": 0.9, "unknown": False},
        {"box": box, "index": "1", "name": "unknown", "unknown": True, "similarity": 0.25},
    ]
    answer = json.dumps(json.dumps({"index": "3", "name": "Ada, Countess", "faces": faces}))
    token = request_id.current.set("mine")
    try:
        place = collected(tmp_path, answer, answer)
    finally:
        request_id.current.reset(token)

    first, second, *others = rows(place / "faces" / day(TODAY) / "data.csv")
    assert len(others) == 2
    assert list(first) == [
        *("$Timestamp", "$CorrelationId", "$RequestId"),
        *("face", "index", "name", "probability", "similarity", "unknown"),
    ]
    assert (first["$RequestId"], first["name"], first["probability"]) == (
        "mine",
        "Ada, Countess",
        "0.9",
    )
    assert (second["face"], second["similarity"], second["unknown"]) == ("1", "0.25", "True")


def test_any_other_answer_is_kept_as_text(tmp_path: Path) -> None:
    place = collected(tmp_path, '{"sum": 3}')

    [row] = rows(place / "answers" / day(TODAY) / "data.csv")
    assert row["answer"] == '{"sum": 3}'


def test_days_past_the_retention_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "faces" / "model"
    old, kept = TODAY - datetime.timedelta(days=8), TODAY - datetime.timedelta(days=7)
    elsewhere = tmp_path / "elsewhere"
    for path in (place / "faces" / day(old), place / "faces" / day(kept), elsewhere):
        path.mkdir(parents=True)
        (path / "data.csv").write_text("x")
    strange = [place / "faces" / "2020" / "13" / "99", place / "notes" / "2020"]
    for path in strange:
        path.mkdir(parents=True)
    (place / "faces" / "2020" / "01").mkdir()
    (place / "faces" / "2020" / "01" / "01").symlink_to(elsewhere)

    collected(tmp_path, retention_days=7)

    assert not (place / "faces" / day(old)).exists()
    assert (place / "faces" / day(kept) / "data.csv").exists()
    assert (elsewhere / "data.csv").exists()
    assert all(path.exists() for path in strange)


@pytest.mark.parametrize("wanted", [True, False])
def test_chips_are_kept_only_when_asked_for(wanted: bool, tmp_path: Path) -> None:
    collector = Collector(Collection(tmp_path, chips=wanted), "faces")
    token = request_id.current.set("../../evil")
    try:
        collector.chip(b"png", 0)
    finally:
        request_id.current.reset(token)
    collector.close()

    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    expected = tmp_path / "faces" / "model" / "chips" / day(TODAY) / "_.._evil-0.png"
    assert found == ([expected] if wanted else [])


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ServiceError, match="answers cannot be collected in"):
        Collector(Collection(tmp_path / "file"), "faces")
