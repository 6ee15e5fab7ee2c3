"""Every photo once, whatever happens meanwhile."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bulk_photos import Counting, blank, photo

from facewright.bulk.processes import Processes
from facewright.bulk.reading import read_faces
from facewright.bulk.recipe import EmbedRecipe
from facewright.bulk.reporter import SilentReporter
from facewright.bulk.run import Outcome, run_bulk
from facewright.bulk.work import Task
from facewright.errors import BulkError
from facewright.system import digest

Run = Callable[..., Outcome]


def _paths(output: Path) -> list[str]:
    found: list[str] = read_faces(str(output))["path"].to_pylist()
    return found


def _files(output: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (output / "faces").iterdir()}


def test_every_face_is_a_row(run: Run, source: Path, output: Path) -> None:
    outcome = run()
    rows = read_faces(str(output)).to_pylist()
    assert (outcome.paths, outcome.faces, outcome.failed, outcome.known) == (12, 12, 0, 0)
    assert [row["path"] for row in rows] == sorted(f"{n % 10}/{n}.png" for n in range(12))
    first = rows[0]
    assert first["digest"] == digest.of_bytes((source / first["path"]).read_bytes())
    box = tuple(first[name] for name in ("face", "left", "top", "right", "bottom"))
    assert box == (0, 8, 8, 32, 32)
    assert np.linalg.norm(first["embedding"]) == pytest.approx(1)
    assert first["contract"].startswith("sha256:")


def test_a_run_again_does_nothing(run: Run, output: Path) -> None:
    run()
    before = _files(output)
    again = Counting()
    assert run(again).known == 12
    assert again.done == []
    assert _files(output) == before


def test_only_what_is_new_is_done(run: Run, source: Path, output: Path) -> None:
    run()
    (source / "new.png").write_bytes(photo(99))
    again = Counting()
    outcome = run(again)
    assert (len(again.done), outcome.faces) == (1, 13)
    assert "new.png" in _paths(output)


def test_a_photo_under_two_paths_is_looked_at_once(run: Run, source: Path, output: Path) -> None:
    (source / "copy.png").write_bytes(photo(3))
    executor = Counting()
    outcome = run(executor)
    assert (outcome.paths, outcome.photos, len(executor.done)) == (13, 12, 12)
    rows = {row["path"]: row["embedding"] for row in read_faces(str(output)).to_pylist()}
    assert rows["copy.png"] == rows["3/3.png"]


def test_what_has_no_rows_is_listed_and_not_tried_again(run: Run, source: Path) -> None:
    (source / "blank.png").write_bytes(blank())
    (source / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    outcome = run()
    told = [(failure.path, failure.code) for failure in outcome.failures]
    assert told == [("blank.png", "no-face-found"), ("broken.jpg", "photo-unreadable")]
    again = Counting()
    assert run(again).failures == outcome.failures
    assert again.done == []


def test_an_interrupted_run_goes_on_where_it_stopped(run: Run, output: Path) -> None:
    first, second = Counting(fail_after=2), Counting()
    with pytest.raises(KeyboardInterrupt):
        run(first)
    assert len(_paths(output)) == 8
    assert run(second).known == 8
    assert sorted(first.done + second.done) == sorted({*first.done, *second.done})
    assert len(_paths(output)) == 12


def test_a_photo_that_changed_or_went_has_no_old_rows(run: Run, source: Path, output: Path) -> None:
    run()
    old = {row["path"]: row["digest"] for row in read_faces(str(output)).to_pylist()}
    (source / "0/0.png").write_bytes(photo(77))
    (source / "5/5.png").unlink()
    run()
    new = {row["path"]: row["digest"] for row in read_faces(str(output)).to_pylist()}
    assert new.keys() == old.keys() - {"5/5.png"}
    assert new["0/0.png"] == digest.of_bytes(photo(77))
    assert len(_paths(output)) == 11


def test_a_file_that_was_only_touched_is_not_done_again(run: Run, source: Path) -> None:
    run()
    for path in source.rglob("*.png"):
        path.touch()
    again = Counting()
    run(again)
    assert again.done == []


@pytest.mark.parametrize("damage", [b"", b"PAR1 and no more"])
def test_a_damaged_shard_is_done_again(run: Run, output: Path, damage: bytes) -> None:
    run()
    before = _files(output)
    next((output / "faces").iterdir()).write_bytes(damage)
    again = Counting()
    run(again)
    assert len(again.done) == 4
    assert _files(output) == before


def test_rows_that_two_runs_wrote_count_once(run: Run, task: Task, output: Path) -> None:
    run()
    other = output.with_name("other")
    run_bulk(task.model_copy(update={"output": str(other)}), Counting(), SilentReporter(), 3)
    for path in (other / "faces").iterdir():
        path.rename(output / "faces" / path.name)
    run()
    assert len(_paths(output)) == 12


def test_failures_of_a_shard_that_was_never_done_go(run: Run, output: Path) -> None:
    run()
    (output / "failed").mkdir()
    (output / "failed" / f"{'0' * 32}.parquet").write_bytes(b"left behind")
    assert run().failed == 0
    assert list((output / "failed").iterdir()) == []


def test_processes_write_the_same_bytes(run: Run, task: Task, output: Path) -> None:
    run()
    other = output.with_name("other")
    two = Processes(2)
    run_bulk(task.model_copy(update={"output": str(other)}), two, SilentReporter(), 4)
    assert _files(other) == _files(output)


def test_another_model_is_refused(run: Run, task: Task, recipe: EmbedRecipe, output: Path) -> None:
    run()
    wider = recipe.detector.model_copy(update={"settings": {"share": 0.9}})
    other = task.model_copy(update={"recipe": recipe.model_copy(update={"detector": wider})})
    before = _files(output)
    with pytest.raises(BulkError, match="belongs to another model") as raised:
        run_bulk(other, Counting(), SilentReporter())
    assert "--to" in (raised.value.hint or "")
    assert _files(output) == before


def test_a_folder_of_something_else_is_refused(run: Run, output: Path) -> None:
    output.mkdir()
    (output / "thesis.txt").write_text("mine")
    with pytest.raises(BulkError, match="in use for something else"):
        run()
    assert [path.name for path in output.iterdir()] == ["thesis.txt"]


def test_no_photos_leave_nothing_behind(task: Task, tmp_path: Path, output: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, words in (("empty", "no photos"), ("missing", "no folder of photos")):
        asked = task.model_copy(update={"source": str(tmp_path / name)})
        with pytest.raises(BulkError, match=words):
            run_bulk(asked, Counting(), SilentReporter())
    assert not output.exists()


def test_one_run_at_a_time(run: Run, task: Task) -> None:
    class Second(Counting):
        def run(self, *given: object) -> object:  # type: ignore[override]
            with pytest.raises(BulkError, match="another run"):
                run_bulk(task, Counting(), SilentReporter())
            return super().run(*given)  # type: ignore[arg-type]

    assert run(Second()).faces == 12


def test_a_photo_that_changes_meanwhile_is_left_for_the_next_run(
    run: Run, source: Path, output: Path
) -> None:
    class Changing(Counting):
        def run(self, *given: object) -> object:  # type: ignore[override]
            (source / "0/0.png").write_bytes(photo(55))
            return super().run(*given)  # type: ignore[arg-type]

    outcome = run(Changing())
    assert [(each.path, each.code) for each in outcome.failures] == [("0/0.png", "photo-changed")]
    assert outcome.unread == 1
    assert run().unread == 0
    assert len(_paths(output)) == 12


def test_photos_that_cannot_be_read_now_are_done_by_the_next_run(
    run: Run, source: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facewright.bulk.work._PAUSE", 0)

    class Unplugged(Counting):
        def run(self, *given: object) -> object:  # type: ignore[override]
            away = source.rename(source.with_name("away"))
            yield from super().run(*given)  # type: ignore[arg-type]
            away.rename(source)

    outcome = run(Unplugged())
    assert (outcome.unread, outcome.failed, outcome.faces) == (12, 0, 0)
    assert (run().unread, len(_paths(output))) == (0, 12)


def test_another_format_is_refused(run: Run, output: Path) -> None:
    run()
    file = output / "facewright.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 2}))
    with pytest.raises(BulkError, match="not an output"):
        run()
