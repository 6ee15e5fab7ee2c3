"""Models are kept by their bytes, versioned by name, and never read unverified."""

import json
import os
from pathlib import Path

import h5py
import pytest

from facewright.database.database import Database
from facewright.database.tables.management import ManifestModelRow, ManifestRow
from facewright.errors import (
    InUse,
    ManagementError,
    NotFound,
    UnsafeModelFile,
    WeightsMismatch,
)
from facewright.management.models.download import download
from facewright.management.models.models import Described, Models
from facewright.management.models.sources import find_source
from facewright.management.records import Model
from facewright.management.rows import new_id, now
from facewright.training.train import TrainingResult

LIMIT = 10**9


def register(models: Models, path: Path, name: str = "face", **said: object) -> Model:
    return models.register(find_source(path, LIMIT), Described(name, **said))  # type: ignore[arg-type]


def written(path: Path, text: str = "weights") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def stored(models: Models) -> dict[str, int]:
    """Return the inodes of the files in the store: a copy would have another."""
    return {
        path.name: path.stat().st_ino for path in models.files.folder.rglob("*") if path.is_file()
    }


def hold(database: Database, model: Model) -> str:
    manifest = ManifestRow(
        id=new_id(), name="doors", version=1, description="", driver="score.py", runtime="python",
        files=[], requirements={}, lock={}, schema=None, created=now(),
    )  # fmt: skip
    with database.write() as session:
        session.add(manifest)
        session.flush()
        place = ManifestModelRow(manifest_id=manifest.id, model_id=model.id, place=model.place)
        session.add(place)
    return manifest.id


def test_the_same_name_is_the_next_version_with_an_id_of_its_own(
    models: Models, tmp_path: Path
) -> None:
    path = written(tmp_path / "notes.txt")
    first = register(models, path, tags=("a", "b", "a"), description="One")
    second = register(models, path)
    assert [first.version, second.version] == [1, 2]
    assert first.id != second.id
    assert len(first.id) == 32
    assert models.show("face") == [first, second]
    assert models.show(first.id) == [first]
    assert first.tags == ("a", "b")
    assert models.list("b") == [first]


def test_the_same_bytes_are_copied_once(models: Models, tmp_path: Path) -> None:
    register(models, written(tmp_path / "a.bin"))
    before = stored(models)
    register(models, written(tmp_path / "b.bin"), "other")
    assert stored(models) == before
    assert len(before) == 1


def test_progress_is_heard_and_ends_at_all(models: Models, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    source = find_source(written(tmp_path / "a.bin", "x" * 3_000_000), LIMIT)
    models.register(source, Described("face"), lambda done, total: heard.append((done, total)))
    assert heard[-1] == (6_000_000, 6_000_000)
    assert heard == sorted(heard)
    assert len(heard) > 4


def test_a_folder_keeps_its_paths(models: Models, tmp_path: Path) -> None:
    written(tmp_path / "outputs" / "b.txt", "b")
    written(tmp_path / "outputs" / "deep" / "a.txt", "a")
    model = register(models, tmp_path / "outputs")
    assert [file.path for file in model.files] == ["b.txt", "deep/a.txt"]
    assert model.is_folder
    assert [file.path for file in model.files_at("outputs")] == [
        "outputs/b.txt",
        "outputs/deep/a.txt",
    ]
    place = download(model, models.files, tmp_path / "here")
    assert place == tmp_path / "here" / "outputs"
    assert (place / "deep" / "a.txt").read_text() == "a"
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["outputs"]


def test_a_relative_path_is_where_it_lies_in_an_image(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "outputs" / "notes.txt")
    monkeypatch.chdir(tmp_path / "outputs")
    assert register(models, tmp_path / "outputs" / "notes.txt").place == "notes.txt"
    monkeypatch.chdir(tmp_path)
    assert register(models, Path("outputs/notes.txt")).place == "outputs/notes.txt"
    assert register(models, Path("./outputs/../outputs/notes.txt")).place == "notes.txt"


@pytest.mark.parametrize("inside", [True, False])
def test_links_and_devices_are_refused(models: Models, tmp_path: Path, inside: bool) -> None:
    written(tmp_path / "folder" / "a.txt")
    link, pipe = tmp_path / "folder" / "secret", tmp_path / "folder" / "pipe"
    link.symlink_to("/etc/passwd")
    with pytest.raises(ManagementError, match="received a link: "):
        find_source(tmp_path / "folder" if inside else link, LIMIT)
    link.unlink()
    os.mkfifo(pipe)
    with pytest.raises(ManagementError, match="received a device, a pipe or a socket: "):
        find_source(tmp_path / "folder" if inside else pipe, LIMIT)
    assert models.list() == []


def test_too_much_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path / "a.bin", "x" * 101)
    with pytest.raises(ManagementError) as caught:
        find_source(path, 100)
    assert caught.value.message == (
        f"the model is too large: expected at most 100 bytes, {path} has 101"
    )
    assert "--limit" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["", "../x", "a b", "-x", "x" * 256, "0" * 32, "ä"])
def test_other_names_are_refused(models: Models, tmp_path: Path, name: str) -> None:
    with pytest.raises(ManagementError, match="not a name for a model"):
        register(models, written(tmp_path / "a.txt"), name)
    assert not models.files.folder.exists()


def test_a_damaged_file_is_refused_by_name_and_digest_and_mended_by_registering(
    models: Models, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.txt")
    model = register(models, path)
    kept = models.files.path(model.digest)
    kept.write_text("weightz")
    for read in (
        lambda: models.open_files(model.id),
        lambda: download(model, models.files, tmp_path / "here"),
    ):
        with pytest.raises(ManagementError) as caught:
            read()
        assert f"a.txt of the model face 1 ({model.id}) is damaged" in caught.value.message
        assert f"expected {model.digest}" in caught.value.message
        assert not (tmp_path / "here" / "a.txt").exists()
    register(models, path)
    assert models.open_files(model.id) == [(model.files[0], kept)]
    assert download(model, models.files, tmp_path / "here").read_text() == "weights"


def test_a_missing_file_is_refused(models: Models, tmp_path: Path) -> None:
    model = register(models, written(tmp_path / "a.txt"))
    models.files.path(model.digest).unlink()
    with pytest.raises(ManagementError, match="is missing; expected sha256:"):
        models.open_files(model.id)


def test_an_interrupted_download_goes_on_and_overwrites_nothing(
    models: Models, tmp_path: Path
) -> None:
    written(tmp_path / "outputs" / "a.txt", "a")
    written(tmp_path / "outputs" / "b.txt", "b" * 100)
    model = register(models, tmp_path / "outputs")
    stage = tmp_path / "here" / f".facewright-{model.id}"
    first = written(stage / "a.txt", "a").stat().st_ino
    written(stage / "b.txt", "b" * 50)
    place = download(model, models.files, tmp_path / "here")
    assert (place / "a.txt").stat().st_ino == first
    assert (place / "b.txt").read_text() == "b" * 100
    with pytest.raises(ManagementError, match="something is in the way"):
        download(model, models.files, tmp_path / "here")


def test_a_model_that_a_manifest_holds_cannot_be_deleted(
    models: Models, database: Database, tmp_path: Path
) -> None:
    model = register(models, written(tmp_path / "a.txt"))
    manifest = hold(database, model)
    with pytest.raises(InUse) as caught:
        models.delete(model.id)
    assert caught.value.message == (
        f"the model face 1 ({model.id}) is in use by the manifest doors 1 ({manifest})"
    )
    assert models.show("face") == [model]


def test_deleting_keeps_the_bytes_that_another_version_needs(
    models: Models, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.txt")
    first, second = register(models, path), register(models, path)
    models.delete(first.id)
    assert models.open_files(second.id)
    models.delete(second.id)
    assert stored(models) == {}
    with pytest.raises(NotFound):
        models.show("face")


def test_what_a_trained_model_says_is_read_from_both_kinds(
    models: Models, trained: TrainingResult
) -> None:
    contract = trained.contract
    for name in ("my_model.h5", "my_model.onnx"):
        model = register(models, trained.files[name], name)
        facts = model.facts
        assert facts["file"] == name
        assert facts["labels"] == ["ada", "bruno", "clara", "unknown"]
        assert facts["threshold"] == contract.rejection.threshold
        assert facts["embedder"]["name"] == contract.embedder.name
        assert facts["embedder"]["digest"] == contract.embedder.digest
        assert facts["detector"]["name"] == contract.detector.name
        assert model.run_id == contract.training_run
        assert "centroids" not in json.dumps(facts)


def test_a_run_that_is_known_goes_before_the_one_in_the_contract(
    models: Models, trained: TrainingResult
) -> None:
    model = register(models, trained.files["my_model.onnx"], run_id="face_1795377699443")
    assert model.run_id == "face_1795377699443"


@pytest.mark.parametrize("name", ["evil.h5", "evil.bin"])
def test_a_lambda_layer_is_refused_whatever_the_file_is_called(
    models: Models, tmp_path: Path, name: str
) -> None:
    layer = {"class_name": "Lambda", "config": {"name": "boom", "function": ["…", None, None]}}
    config = {"class_name": "Sequential", "config": {"layers": [layer]}}
    with h5py.File(tmp_path / name, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(UnsafeModelFile, match="a Lambda layer named 'boom'"):
        register(models, tmp_path / name)
    (tmp_path / "folder").mkdir()
    (tmp_path / name).rename(tmp_path / "folder" / name)
    with pytest.raises(UnsafeModelFile):
        register(models, tmp_path / "folder")
    assert models.list() == []
    assert not models.files.folder.exists()


def test_an_onnx_file_that_is_none_is_refused(models: Models, tmp_path: Path) -> None:
    with pytest.raises(WeightsMismatch, match="not an ONNX file"):
        register(models, written(tmp_path / "a.onnx", "<html>"))
