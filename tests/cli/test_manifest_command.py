"""`facewright manifest`, as in a terminal."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from original_keys import original_keys
from package_index import make_index

from facewright.projects.project import create_project

Facewright = Callable[..., Any]
ENTRY = '{"internal": {"python": "str"}, "swagger": {}, "type": 0}'
SCHEMA = f'{{"format": 1, "input": {{"input_bytes": {ENTRY}}}}}'
CREATED = re.compile(
    r"Successfully created manifest\n"
    r"Id: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\n"
    r"More information: 'facewright manifest show -i \1'\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project of the face template with a schema and something for a model."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(make_index(tmp_path / "index")))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = create_project(tmp_path / "doors").folder
    (folder / "outputs").mkdir()
    (folder / "outputs" / "schema.json").write_text(SCHEMA)
    (folder / "outputs" / "labels.json").write_text("{}")
    return folder


def _create(facewright: Facewright, project: Path, *arguments: str) -> Any:
    start = ("manifest", "create", "-n", "doors", "-f", "score.py", "-r", "python")
    return facewright(*start, *arguments, cwd=project)


def test_a_manifest_is_created_shown_listed_and_deleted(
    facewright: Facewright, project: Path
) -> None:
    ended = _create(facewright, project, "-m", "outputs/labels.json", "-s", "outputs/schema.json")
    assert ended.code == 0, ended.stderr
    match = CREATED.fullmatch(ended.stdout)
    assert match
    assert ended.stderr.startswith("Looking up packages for Python 3.11 on linux/amd64\n")
    assert "\nRegistered the model labels.json 1 (" in ended.stderr

    again = _create(facewright, project, "-i", "labels.json", "-s", "outputs/schema.json")
    assert CREATED.fullmatch(again.stdout)
    assert re.fullmatch(r"Packages: as locked for doors 1, \d+ wheels\n", again.stderr)

    query = "[].[Name, Version, Runtime, Requirements.file, Files[].path | join(' ', @)]"
    listed = facewright("manifest", "list", "-o", "tsv", "--query", query)
    files = "score.py outputs/schema.json config/serving.yml"
    assert listed.stdout == "".join(
        f"doors\t{version}\tpython\tconfig/serving.yml\t{files}\n" for version in (1, 2)
    )
    (first, _) = json.loads(facewright("manifest", "list").stdout)
    assert original_keys("manifest list") <= set(first)
    whole = json.loads(facewright("manifest", "show", "-i", match[1]).stdout)
    assert original_keys("manifest show") <= set(whole)
    shown = facewright("manifest", "show", "-i", match[1], "-o", "table")
    assert re.search(r"^WebserviceType +Realtime$", shown.stdout, re.MULTILINE)
    assert re.search(r"^└── from\n    └── model labels\.json 1 \(", shown.stdout, re.MULTILINE)

    gone = facewright("manifest", "delete", "-i", match[1])
    assert gone == (0, f"Deleted the manifest doors 1 ({match[1]})\n", "")
    assert facewright("manifest", "show", "-i", match[1]) == (
        1,
        "",
        f"error: there is no manifest '{match[1]}'\n"
        "hint: `facewright manifest list` shows what there is\n",
    )


def test_without_a_model_it_says_so(facewright: Facewright, project: Path) -> None:
    ended = _create(facewright, project, "-s", "outputs/schema.json")
    assert CREATED.fullmatch(ended.stdout)
    assert ended.stderr.startswith("No model information provided, skipping model creation\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-r", "python"), "a manifest needs -f"),
        (("-f", "score.py"), "a manifest needs -r"),
        (("-f", "score.py", "-r", "python", "-i", "a", "-m", "b"), "with -i or with -m"),
    ],
)
def test_flags_that_do_not_fit_are_wrong_usage(
    facewright: Facewright, project: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = facewright("manifest", "create", "-n", "doors", *arguments, cwd=project)
    assert (ended.code, ended.stdout) == (2, "")
    assert words in ended.stderr


def test_a_wrong_runtime_is_refused_in_words(facewright: Facewright, project: Path) -> None:
    start = ("manifest", "create", "-n", "doors", "-f", "score.py")
    assert facewright(*start, "-r", "spark-py", cwd=project) == (
        1,
        "",
        "error: the runtime 'spark-py' is not run: expected python\n"
        "hint: Facewright has no Spark; write run() with numpy or pandas and name -r python\n",
    )


def test_a_schema_for_another_script_is_refused(facewright: Facewright, project: Path) -> None:
    (project / "outputs" / "schema.json").write_text(SCHEMA.replace("input_bytes", "photo"))
    assert _create(facewright, project, "-s", "outputs/schema.json") == (
        1,
        "",
        "error: the schema does not fit score.py: Argument mismatch: Provided run function has no "
        "argument photo, which was declared as an input; it has input_bytes\n"
        "hint: run the script (`python score.py`) to write its schema again\n",
    )
    assert facewright("manifest", "list", "-o", "json").stdout == "[]\n"
