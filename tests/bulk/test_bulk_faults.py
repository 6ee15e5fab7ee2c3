"""A bulk job whose disk is full, or that is interrupted: what is done stays done."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bulk_photos import fill
from small_disk import small_disk
from waiting_part import until

from facewright.bulk.processes import Processes
from facewright.bulk.reading import read_faces
from facewright.bulk.recipe import EmbedRecipe
from facewright.bulk.reporter import SilentReporter
from facewright.bulk.run import run_bulk
from facewright.bulk.work import Task
from facewright.errors import BulkError


def test_a_full_disk_is_explained_and_what_is_done_stays(
    source: Path, recipe: EmbedRecipe, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        filler = disk / "filler"
        filler.write_bytes(bytes(1_000_000))
        task = Task(source=str(source), output=str(disk / "rows"), recipe=recipe)
        with pytest.raises(BulkError, match="No space left on device") as caught:
            run_bulk(task, Processes(1), SilentReporter(), 1)
        assert "what is done stays done" in str(caught.value.hint)
        done = len(list((disk / "rows" / "faces").glob("*.parquet")))
        assert 0 < done < 12
        filler.unlink()
        outcome = run_bulk(task, Processes(1), SilentReporter(), 1)
        assert (outcome.known, outcome.faces) == (done, 12)
        assert read_faces(str(disk / "rows")).num_rows == 12


def test_ctrl_c_ends_it_without_a_traceback_and_it_goes_on(tmp_path: Path) -> None:
    fill(tmp_path / "photos", 600)
    command = [sys.executable, "-m", "facewright", "photos", "embed", "photos"]
    command += ["--embedder", "stub", "--detector", "stub", "-o", "json"]
    begun = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    faces = tmp_path / "outputs" / "embeddings" / "faces"
    until(lambda: list(faces.glob("*.parquet")))
    begun.send_signal(signal.SIGINT)
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 130, said
    assert "Traceback" not in said
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout)
    assert 0 < told["known"] < 600
    assert read_faces(str(faces.parent)).num_rows == 600
