"""An ONNX embedder somebody brings, on photos of real faces."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from facewright.embedders.catalogue import TrainableEmbedder, load_embedder
from facewright.faces.align import load_alignment
from facewright.faces.detector import load_detector
from facewright.faces.landmarks import find_landmarks
from facewright.faces.photo import decode_photo

_PEOPLE, _PHOTOS = 4, 5


@pytest.fixture
def brought(shared_folder: Path, tmp_path: Path) -> TrainableEmbedder:
    shutil.copy(shared_folder / "weights" / "mobilefacenet.onnx", tmp_path / "brought.onnx")
    sidecar = {
        "format": 1,
        "size": 112,
        "colour": "RGB",
        "layout": "NCHW",
        "mean": 127.5,
        "scale": 1 / 128,
    }
    (tmp_path / "brought.onnx.json").write_text(json.dumps(sidecar))
    return load_embedder("onnx:brought.onnx", weights=tmp_path, cache=tmp_path)


@pytest.mark.shared_faces
def test_people_lie_apart(brought: TrainableEmbedder, shared_folder: Path) -> None:
    detector = load_detector("hog")
    cut = load_alignment(brought.chip.alignment)
    chips, owners = [], []
    folders = sorted((shared_folder / "faces" / "celebrity5" / "train").iterdir())[:_PEOPLE]
    for owner, folder in enumerate(folders):
        for path in sorted(folder.iterdir())[:_PHOTOS]:
            pixels = decode_photo(path.read_bytes())
            for face in detector.detect(pixels)[:1]:
                landmarks = find_landmarks(pixels, face.box)
                chips.append(cut(pixels, face.box, landmarks, brought.chip.size))
                owners.append(owner)
    embeddings = brought.embed(np.stack(chips))
    likeness = embeddings @ embeddings.T
    same = np.equal.outer(owners, owners)
    others = ~np.eye(len(owners), dtype=bool)
    assert len(owners) >= _PEOPLE * _PHOTOS - 2
    assert likeness[same & others].mean() > likeness[~same].mean() + 0.2
    np.fill_diagonal(likeness, -1)
    nearest = likeness.argmax(axis=1)
    assert np.mean(np.array(owners)[nearest] == owners) > 0.9
