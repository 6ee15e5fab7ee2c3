"""`facewright photos check` as a terminal session."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from facewright.cli.errors import run_and_explain
from facewright.cli.photos import app

Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Check:
    """Return a function that runs the command in the test's own folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        def act() -> None:
            app(["check", *map(str, arguments)])

        try:
            code = run_and_explain(act)
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def small(population: Path, tmp_path: Path) -> Path:
    """Return a folder with five photos each of two people, one of them twice."""
    folder = tmp_path / "photos"
    for person in ("ada", "bruno"):
        (folder / person).mkdir(parents=True)
        for photo in sorted((population / "train" / person).iterdir())[:5]:
            shutil.copy(photo, folder / person)
    shutil.copy(folder / "ada" / "31-0000.jpg", folder / "ada" / "copy.jpg")
    return folder


TABLE = """\
Findings
┏━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃ severity ┃ code            ┃ photos          ┃ what and how one can tell              ┃
┡━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
│ warning  │ exact-duplicate │ ada/31-0000.jpg │ the same file is in the folder 2 times │
│          │                 │ ada/copy.jpg    │                                        │
└──────────┴─────────────────┴─────────────────┴────────────────────────────────────────┘
11 photos in 2 folders: 0 errors, 1 warning, 0 notes
"""


def test_findings_are_shown_and_written(check: Check, small: Path, tmp_path: Path) -> None:
    code, out, err = check("photos")
    assert "\n".join(line.rstrip() for line in out.splitlines()) == TABLE.rstrip()
    assert err.splitlines() == [
        "Looking at photos: 11",
        "Wrote outputs/photos-check/report.html",
        "Wrote outputs/photos-check/report.json",
    ]
    assert code == 0
    html = (tmp_path / "outputs" / "photos-check" / "report.html").read_text(encoding="utf-8")
    assert html.count('src="data:image/jpeg;base64,') == 2
    assert "http" not in html.replace("http-equiv", "")


def test_machines_get_the_report_that_is_written(check: Check, small: Path, tmp_path: Path) -> None:
    code, out, _ = check("photos", "--json", "--output", "there")
    assert out == (tmp_path / "there" / "report.json").read_text(encoding="utf-8")
    assert json.loads(out)["counts"] == {"error": 0, "warning": 1, "note": 0}
    assert code == 0


@pytest.mark.parametrize(("fail_on", "code"), [("warning", 1), ("error", 0), ("never", 0)])
def test_the_exit_code_follows_the_worst_finding(
    check: Check, small: Path, fail_on: str, code: int
) -> None:
    assert check("photos", "--fail-on", fail_on)[0] == code


def test_one_person_only_is_an_error(check: Check, small: Path) -> None:
    shutil.rmtree(small / "bruno")
    code, out, _ = check("photos", "--json")
    found = {finding["code"]: finding for finding in json.loads(out)["findings"]}
    assert code == 1
    assert found["one-person-only"]["message"] == (
        "expected photos of two people or more, found only those of ada"
    )


def test_hostile_names_do_no_harm(check: Check, small: Path, tmp_path: Path) -> None:
    (small / "ada").rename(small / "<script>alert(1)<\u2044script>[red]\x1b[31m")
    code, out, _ = check("photos")
    html = (tmp_path / "outputs" / "photos-check" / "report.html").read_text(encoding="utf-8")
    assert code == 0
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "\x1b" not in out + html
    assert "[red]" in out


def test_a_missing_folder_is_explained(check: Check) -> None:
    assert check("nowhere") == (
        1,
        "",
        "error: no folder of photos: expected a folder at nowhere, found nothing\n"
        "hint: name the folder that holds one folder of photos for each person\n",
    )


def test_an_empty_folder_is_explained(check: Check, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    code, out, err = check("photos")
    assert (code, out) == (1, "")
    assert err.startswith("error: no photos: expected photos/<person>/*.jpg, found none\nhint: ")
    assert not (tmp_path / "outputs").exists()


def test_many_photos_are_looked_at_by_several_processes(
    check: Check, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = check("photos", "--json")[1]
    monkeypatch.setattr("facewright.photobook.survey._WORTH_PROCESSES", 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert check("photos", "--json")[1] == alone


def test_the_defaults_are_those_of_training() -> None:
    from facewright.cli.photos.check import check
    from facewright.training.recipe import Recipe

    defaults = check.__defaults__ or ()
    assert defaults[:2] == (Recipe().embedder, Recipe().detector)


def test_help_loads_no_heavy_library() -> None:
    program = "import sys, facewright.cli.photos; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"numpy", "PIL", "dlib", "onnxruntime", "pydantic"}.isdisjoint(ended.stdout.split())
