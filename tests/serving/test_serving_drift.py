"""What is said of collected answers."""

import datetime
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from face_service import drawn_photo, face_service
from typer.testing import CliRunner

from facewright.cli.service.drift import drift
from facewright.client import Client
from facewright.errors import ServiceError
from facewright.serving.app import Surroundings
from facewright.serving.collector import Collection, Collector
from facewright.serving.drift import CollectedFace, measure_drift, read_collected
from facewright.training.train import TrainingResult

DAY = datetime.date(2026, 3, 20)
EVIDENCE = {"own_median": 0.97}
HEAD = "$Timestamp,$CorrelationId,$RequestId,face,index,name,probability,similarity,unknown\n"


def faces(
    day: datetime.date, count: int, similarity: float, unknown: int = 0
) -> list[CollectedFace]:
    """Faces around a similarity; the first ones without a name."""
    drawn = np.random.default_rng(count).normal(similarity, 0.01, count)
    return [
        CollectedFace(day, float(each), position < unknown) for position, each in enumerate(drawn)
    ]


def days(back: int) -> datetime.date:
    return DAY - datetime.timedelta(days=back)


def test_faces_like_those_of_training_are_steady() -> None:
    found = measure_drift(
        [*faces(days(9), 200, 0.97, 20), *faces(DAY, 200, 0.97, 22)], 0.9, EVIDENCE
    )
    assert (found.similarity, found.unknown) == ("steady", "steady")
    assert [span.since for span in found.days] == [days(9), DAY]
    low, high = found.recent.unknown_interval
    assert low < 0.11 < high


def test_faces_that_became_less_alike_have_drifted() -> None:
    found = measure_drift([*faces(days(9), 200, 0.97), *faces(DAY, 200, 0.95)], 0.9, EVIDENCE)
    assert found.similarity == "drifted"
    assert "in training 0.970" in found.words[0]


def test_more_strangers_than_before_have_drifted() -> None:
    found = measure_drift(
        [*faces(days(9), 200, 0.97, 10), *faces(DAY, 200, 0.97, 60)], 0.9, EVIDENCE
    )
    assert (found.similarity, found.unknown) == ("steady", "drifted")
    assert "30.0% of 200 recent faces" in found.words[1]


def test_few_faces_say_nothing() -> None:
    found = measure_drift(faces(DAY, 29, 0.5), 0.9, EVIDENCE)
    assert (found.similarity, found.unknown) == ("too few faces", "too few faces")
    assert measure_drift(faces(DAY, 99, 0.5), 0.9, {}).similarity == "too few faces"


@pytest.mark.parametrize(
    "row",
    [
        "yesterday,,1,0,3,ada,0.9,0.9,False",
        "2026-03-20T10:00:00+00:00,,1,0,3,ada,0.9,high,False",
        "2026-03-20T10:00:00+00:00,,1,0,3,ada,0.9,nan,False",
        "2026-03-20T10:00:00+00:00,,1,0,3,ada,0.9,0.9,perhaps",
        "2026-03-20T10:00:00+00:00,,1",
        "2026-03-20T10:00:00+00:00,,1,0,3," + "a" * 30_000 + ",0.9,0.9,False",
        "\xff",
    ],
)
def test_a_file_of_something_else_is_told(tmp_path: Path, row: str) -> None:
    path = tmp_path / "faces" / "2026" / "03" / "20" / "data.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes((HEAD + row + "\n").encode("latin-1"))
    with pytest.raises(ServiceError, match="not a file of collected answers"):
        read_collected(tmp_path)


def test_a_folder_without_answers_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="no answers of faces"):
        read_collected(tmp_path, "../elsewhere")


def test_what_a_service_collected_is_measured(trained: TrainingResult, tmp_path: Path) -> None:
    """From photos sent by a client to the verdict on the command line."""
    model, kept = trained.files["my_model.onnx"], tmp_path / "kept"
    collector = Collector(Collection(kept), "faces")
    around = Surroundings(collector=collector)
    (tmp_path / "service").mkdir()
    with (
        face_service(model, tmp_path / "service", surroundings=around) as url,
        Client(url) as client,
    ):
        for _ in range(10):
            client.recognize_faces(
                *[drawn_photo(name) for name in ("ada", "bruno", "clara", "hugo")]
            )
    collector.close()

    app = typer.Typer()
    app.command()(drift)
    flags = ["--collected", str(kept), "--model", str(model)]
    ended = CliRunner().invoke(app, [*flags, "-o", "json"])
    found = json.loads(ended.stdout)
    assert (ended.exit_code, found["recent"]["faces"], found["recent"]["named"]) == (0, 40, 30)
    assert found["recent"]["unknown_rate"] == 0.25
    assert found["unknown"] == "too few faces"
    assert found["similarity"] in ("steady", "drifted")

    shown = CliRunner().invoke(app, [*flags, "-o", "table"])
    assert "25.0%" in shown.stdout
    assert CliRunner().invoke(app, flags[:2]).exit_code == 2
