"""Serving sends nothing anywhere: the kernel counts, so that native code is watched as well."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from face_service import drawn_photo, write_face_script

from facewright.training.train import TrainingResult

PARTS = Path(__file__).parents[1] / "parts"
ALONE = ["unshare", "--map-root-user", "--net"]


@pytest.fixture
def alone() -> list[str]:
    """Return the start of a command that has a network of its own; skip where none may be made."""
    try:
        made = subprocess.run([*ALONE, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        reason = str(error)
    else:
        if made.returncode == 0:
            return ALONE
        reason = made.stderr.strip()
    reason = f"no network of its own can be made here: {reason}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def test_a_face_service_tries_to_reach_nobody(
    alone: list[str], trained: TrainingResult, tmp_path: Path, shared_cache: Path
) -> None:
    script = write_face_script(trained.files["my_model.onnx"], tmp_path)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(drawn_photo("thea"))
    ended = subprocess.run(
        [*alone, sys.executable, PARTS / "alone.py", script, photo],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PARTS)},
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["statuses"] == [200, 201, 200, 200]
    assert found["after"] == found["before"]
    assert found["counted"] == found["after"] + 1
