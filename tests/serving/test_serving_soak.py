"""A shorter run of the soak, which `make soak` runs for half an hour."""

import os
import subprocess
import sys
from pathlib import Path

from facewright.training.train import TrainingResult

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def test_a_server_under_full_load_stays_what_it_was(
    trained: TrainingResult, shared_cache: Path
) -> None:
    """Every answer is its own photo's, nothing is a 5xx, and memory does not run away.

    In so short a time the allocators have not settled, so more growth is allowed; a server that
    kept the pixels of each photo would still grow by more.
    """
    command = [sys.executable, SOAK, "--minutes", 0.4, "--warm-up", 0.2, "--growth", 50]
    command += ["--model", trained.files["my_model.onnx"], "--clients", 16]
    ended = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FACEWRIGHT_CACHE_DIRECTORY": str(shared_cache)},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "answered rightly" in ended.stdout
