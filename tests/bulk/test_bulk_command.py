"""`photos embed` and `model score`, here and on a Ray cluster."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bulk_photos import fill
from ray_part import RayCluster

from facewright.bulk.reading import read_faces
from facewright.cli.errors import run_and_explain
from facewright.cli.main import app
from facewright.projects.project import create_project
from facewright.recognizer.recognizer import Recognizer
from facewright.training.train import TrainingResult

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a function that runs a command line in this process."""
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["facewright", *map(str, arguments)])
        capfd.readouterr()
        code = run_and_explain(lambda: app(standalone_mode=False))
        told = capfd.readouterr()
        return code, told.out, told.err

    return ran


def test_embed_says_what_became_of_the_photos(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "photos", 3)
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no photo")
    command = "photos", "embed", "photos", "--embedder", "stub", "--detector", "stub"
    code, out, err = run(*command, "-o", "table")
    assert code == 0
    assert out.splitlines() == [
        "No rows for broken.jpg: not a photo: expected JPEG, PNG, WEBP, BMP, TIFF, GIF, "
        "received 8 bytes that begin with b'no photo' (photo-unreadable)",
        f"4 photos, 4 different: 3 faces in {tmp_path}/outputs/embeddings/faces; "
        "0 were done before, 1 have no rows",
    ]
    assert err.startswith("Listing photos\nEmbedding 4 photos\n")
    code, out, err = run(*command, "-o", "json", "--query", "[known, faces, failed]")
    assert (code, json.loads(out)) == (0, [4, 3, 1])


def test_score_names_people(
    run: Run, trained: TrainingResult, population: Path, tmp_path: Path
) -> None:
    model = next(path for path in trained.files.values() if path.suffix == ".onnx")
    code, _, err = run(
        *("model", "score", "--photos", population / "probes"),
        *("-m", model, "--to", "scores", "--workers", 1),
    )
    assert code == 0, err
    rows = {row["path"]: row for row in read_faces("scores").to_pylist() if row["face"] == 0}
    recognizer = Recognizer.load(model)
    for path, row in rows.items():
        [answer] = recognizer.recognize_many([(population / "probes" / path).read_bytes()])
        decision = answer.faces[0].decision  # type: ignore[union-attr]
        told = decision.name, decision.unknown, decision.probability, decision.similarity
        assert tuple(row[n] for n in ("name", "unknown", "probability", "similarity")) == told
    assert len(rows) == 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("photos", "embed", "nowhere", "--detector", "stub"), "no folder of photos"),
        (("photos", "embed", "s3://", "--detector", "stub"), "no bucket is named"),
        (("model", "score", "--photos", ".", "-m", "no.onnx"), "no such model file"),
        (("photos", "embed", ".", "--target", "ray"), "project"),
    ],
)
def test_a_mistake_is_explained(run: Run, arguments: tuple[str, ...], words: str) -> None:
    if arguments[0] == "photos":
        arguments = (*arguments, "--embedder", "stub")
    code, out, err = run(*arguments)
    assert code == 1
    assert words in err
    assert "\nhint: " in err
    assert out == ""


def test_a_cluster_writes_what_one_machine_writes(
    run: Run, ray_cluster: RayCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_project(tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    fill(Path("photos"), 40)
    shutil.copy("photos/1/1.png", "photos/copy.png")
    Path("photos/broken.jpg").write_bytes(b"no photo")
    address = "--address", ray_cluster.address
    code, out, err = run("computetarget", "attach", "ray", *address)
    assert (code, out) == (0, "Wrote config/ray.compute\nWrote config/ray.runconfig\n"), err
    command = "photos", "embed", "photos", "--embedder", "stub", "--detector", "stub"
    code, _, err = run(*command, "--to", "here", "-o", "json")
    assert code == 0, err
    far = "--to", "there", "--target", "ray", "-o", "json"
    code, out, err = run(*command, *far)
    assert code == 0, err
    told = json.loads(out)
    assert (told["paths"], told["photos"], told["faces"], told["failed"]) == (42, 41, 41, 1)
    assert _files(Path("there")) == _files(Path("here"))


def _files(output: Path) -> dict[str, bytes]:
    kinds = "faces", "failed"
    return {p.name + kind: p.read_bytes() for kind in kinds for p in (output / kind).iterdir()}
