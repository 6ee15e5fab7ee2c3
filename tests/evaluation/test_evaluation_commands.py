"""`facewright evaluate`, on drawn people."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from facewright.cli.errors import run_and_explain
from facewright.cli.evaluate import app
from facewright.faces.photo import decode_photo
from facewright.recognizer.recognizer import Recognizer
from facewright.training.train import TrainingResult

Evaluate = Callable[..., int]


@pytest.fixture
def evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> int:
        def act() -> None:
            app([str(argument) for argument in arguments], standalone_mode=False)

        return run_and_explain(act)

    return run


@pytest.fixture
def folder(population: Path, tmp_path: Path) -> Path:
    """Return people's folders as LFW has them, and a photo without a face."""
    place = tmp_path / "photos"
    for person in ("ada", "bruno", "clara"):
        (place / person).mkdir(parents=True)
        for number, photo in enumerate(sorted((population / "train" / person).iterdir()), 1):
            shutil.copyfile(photo, place / person / f"{person}_{number:04d}.jpg")
    Image.new("RGB", (200, 200), "grey").save(place / "clara" / "clara_0009.jpg")
    return place


def _view_1(path: Path, numbers: tuple[int, ...]) -> Path:
    pairs = [f"{name}\t{n}\t{n + 1}" for name in ("ada", "bruno", "clara") for n in numbers]
    pairs += [
        f"{one}\t{n}\t{other}\t{n}"
        for one, other in (("ada", "bruno"), ("bruno", "clara"), ("clara", "ada"))
        for n in numbers
    ]
    path.write_text(f"{len(pairs) // 2}\n" + "\n".join(pairs) + "\n", encoding="utf-8")
    return path


def _report(capsys: pytest.CaptureFixture[str], folder: str) -> dict[str, Any]:
    """Return the JSON on stdout, which must be what was written as well."""
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
    return dict(printed)


def test_pairs_are_told_apart_and_a_missed_face_is_an_error(
    evaluate: Evaluate, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = _view_1(tmp_path / "test.txt", (5, 7, 8))  # clara's ninth photo shows nobody
    lines = pairs.read_text().splitlines()
    lines = [line for line in lines if not line.startswith(("ada\t8\t9", "bruno\t8\t9"))]
    lines += ["ada\t8\tbruno\t8"]
    pairs.write_text("\n".join(lines[1:]) + "\n")
    train = _view_1(tmp_path / "train.txt", (1, 3))
    code = evaluate(
        "pairs", "--pairs", pairs, "--photos", folder, "--threshold-from", train, "--json"
    )
    assert code == 0
    report = _report(capsys, "outputs/evaluation/pairs")
    seconds, speed = report.pop("seconds"), report.pop("photos_per_second")
    assert seconds > 0
    assert speed > 0
    assert 0.8 < report.pop("threshold") < 1
    assert report == {
        "format": 1,
        "accuracy": 16 / 17,
        "accuracy_interval": [pytest.approx(0.7302, abs=1e-4), pytest.approx(0.9895, abs=1e-4)],
        "standard_error": None,
        "folds": None,
        "threshold_from": "other pairs",
        "pairs": 17,
        "missed": 1,
        "missed_photos": [
            {"photo": "clara/clara_0009.jpg", "reason": "no face found by the detector hog+haar"}
        ],
        "tar_at_far": {"0.1": 6 / 7, "0.01": 6 / 7, "0.001": 6 / 7},
        "tar_at_far_interval": {
            rate: [pytest.approx(0.4869, abs=1e-4), pytest.approx(0.9743, abs=1e-4)]
            for rate in ("0.1", "0.01", "0.001")
        },
        "auroc": pytest.approx(6 / 7),
        "auroc_interval": [pytest.approx(0.5740, abs=1e-4), pytest.approx(0.9597, abs=1e-4)],
        "embedder": "dlib-resnet-v1",
        "detector": "hog+haar",
        "mirror": True,
        "photos": 25,
        "notes": [
            "The score of a pair is the cosine of its two embeddings; the embedding of a chip is "
            "averaged with that of its mirror image.",
            "Where a photo shows several faces, the one nearest its centre is taken, as LFW means "
            "it; 0 of 25 photos do.",
            "Photos without a usable face: 1. Their pairs count as wrong, whatever they are, and "
            "in the curves as never accepted.",
            "The threshold is the best one on other pairs.",
            "10 pairs of two people cannot show a false accept rate below 0.1: the figures at "
            "0.01, 0.001 are those without any false accept.",
        ],
    }
    written = sorted(path.name for path in Path("outputs/evaluation/pairs").iterdir())
    assert written == ["det.png", "report.html", "report.json", "roc.png"]


def test_folds_are_judged_by_the_others(
    evaluate: Evaluate, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = [_view_1(tmp_path / f"{n}.txt", (n,)).read_text().split("\n", 1)[1] for n in (1, 3, 5)]
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("3\t3\n" + "".join(one))
    assert evaluate("pairs", "--pairs", pairs, "--photos", folder, "--json", "--no-mirror") == 0
    report = _report(capsys, "outputs/evaluation/pairs")
    assert report["folds"] == [1, 1, 1]
    assert report["accuracy_interval"] == [1, 1]
    assert report["standard_error"] == 0
    assert report["threshold_from"] == "the other folds"
    assert report["mirror"] is False
    code = evaluate("pairs", "--pairs", pairs, "--photos", folder, "--threshold-from", pairs)
    assert code == 1
    assert capsys.readouterr().err == (
        "error: this list brings its own thresholds: expected no --threshold-from with a list of "
        "several folds, received one beside 3 folds\n"
        "hint: leave --threshold-from out: each fold is judged by the threshold of the others\n"
    )


def test_a_model_and_several_processes_give_the_same_numbers(
    evaluate: Evaluate,
    folder: Path,
    trained: TrainingResult,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("facewright.evaluation.machine._WORTH_A_PROCESS", 1)
    pairs = _view_1(tmp_path / "pairs.txt", (1, 2, 3, 4, 5, 6, 7))
    arguments = ("pairs", "--pairs", pairs, "--photos", folder, "--json")
    reports = []
    for more in (
        ("--workers", 2),
        ("--workers", 1),
        ("--workers", 1, "--model", trained.files["my_model.onnx"]),
    ):
        assert evaluate(*arguments, *more) == 0
        report = _report(capsys, "outputs/evaluation/pairs")
        del report["seconds"], report["photos_per_second"]
        reports.append(report)
    assert reports[0] == reports[1] | {"threshold": pytest.approx(reports[0]["threshold"])}
    assert reports[2]["accuracy"] == reports[1]["accuracy"]
    assert "these very pairs, so the accuracy is optimistic" in reports[0]["notes"][3]


@pytest.fixture
def strangers(population: Path, tmp_path: Path, encode: Callable[..., bytes]) -> Path:
    place = tmp_path / "strangers"
    shutil.copytree(population / "probes" / "unknown", place / "deep" / "down")
    Image.new("RGB", (200, 200), "grey").save(place / "nobody.png")
    return place


def _right(model: Path, folder: Path) -> int:
    """Return how many photos of a person's folder a service would name right."""
    recognizer = Recognizer.load(model)
    answers = [recognizer.recognize(decode_photo(path.read_bytes())) for path in folder.iterdir()]
    return [answer.name for answer in answers].count(folder.name)


def test_people_are_judged_as_a_service_answers(
    evaluate: Evaluate,
    population: Path,
    trained: TrainingResult,
    strangers: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = trained.files["my_model.onnx"]
    known = population / "probes"  # its folder `unknown` is passed over
    arguments = ("people", "--model", model, "--known", known, "--strangers", strangers)
    assert evaluate(*arguments, "--json") == 0
    report = _report(capsys, "outputs/evaluation/people")
    ada, bruno, clara = (_right(model, known / name) for name in ("ada", "bruno", "clara"))
    assert report["known_accuracy"] == (ada + bruno + clara) / 6
    assert report["false_positive_rate"] == 0
    assert report["tpir_at_fpir"] == {"0.01": 1, "0.003": 1}
    assert report["auroc"] == 1
    assert report["photos"] == {"known": 6, "strangers": 3}
    assert report["missed"] == {"known": 0, "strangers": 1}
    assert report["missed_photos"]["strangers"] == [
        {"photo": "nobody.png", "reason": "no face found by the detector hog"}
    ]
    assert [row["name"] for row in report["people"]] == ["ada", "bruno", "clara"]
    assert [row["right"] for row in report["people"]] == [ada, bruno, clara]
    assert [row["recall"] for row in report["people"]] == [ada / 2, bruno / 2, clara / 2]
    assert all(row["precision"] in (None, 1) for row in report["people"])
    assert len(report["known_mistaken"]) == 6 - ada - bruno - clara
    assert set(report["softmax"]) == {
        "threshold",
        "known_accuracy",
        "known_accuracy_interval",
        "false_positive_rate",
        "false_positive_rate_interval",
        "tpir_at_fpir",
        "tpir_at_fpir_interval",
        "auroc",
        "auroc_interval",
        "known_accuracy_at_equal_fpir",
        "known_accuracy_at_equal_fpir_interval",
    }
    assert report["notes"][-2:] == [
        "3 strangers are too few for an FPIR of 1.0%, which takes 100 or more: the figure is the "
        "one without any false positive.",
        "3 strangers are too few for an FPIR of 0.3%, which takes 334 or more: the figure is the "
        "one without any false positive.",
    ]
    written = sorted(path.name for path in Path("outputs/evaluation/people").iterdir())
    assert written == [
        "confusion_matrix.png", "det.png", "report.html", "report.json", "roc.png",
    ]  # fmt: skip
    assert evaluate(*arguments, "--output", "elsewhere") == 0
    said = capsys.readouterr()
    assert f"({ada + bruno + clara} of 6)" in said.out
    assert "Strangers without a usable face" in Path("elsewhere/report.html").read_text()
    assert "Wrote elsewhere/report.html" in said.err


def test_folders_of_nobody_known_are_explained(
    evaluate: Evaluate,
    trained: TrainingResult,
    strangers: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = trained.files["my_model.onnx"]
    code = evaluate(
        "people", "--model", model, "--known", strangers, "--strangers", strangers, "--json"
    )
    assert code == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"error: the model does not know everybody in {strangers}: expected folders named 'ada', "
        "'bruno', 'clara', received 'deep'\n"
        "hint: rename the folders as the model's labels, or move strangers to the --strangers "
        "folder\n"
    )
    assert not Path("outputs").exists()
