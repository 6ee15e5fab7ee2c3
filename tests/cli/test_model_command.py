"""`facewright model` and `facewright account modelmanagement`, as people type them."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from original_keys import original_keys

from facewright.training.train import TrainingResult

Facewright = Callable[..., Any]

ID = re.compile(r"^Id: ([0-9a-f]{32})$", re.MULTILINE)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Return a model's file."""
    path = tmp_path / "outputs" / "notes.txt"
    path.parent.mkdir()
    path.write_text("weights\n")
    return path


def registered(facewright: Facewright, *arguments: object) -> str:
    ended = facewright("model", "register", *arguments)
    assert ended.code == 0, ended.stderr
    found = ID.search(ended.stdout)
    assert found is not None
    return found[1]


def listed(facewright: Facewright, *arguments: object) -> Any:
    ended = facewright("model", *arguments)
    assert ended.code == 0, ended.stderr
    return json.loads(ended.stdout)


def test_a_model_is_registered_shown_downloaded_and_deleted(
    facewright: Facewright, notes: Path, tmp_path: Path
) -> None:
    ended = facewright(
        "model", "register", "--model", "outputs/notes.txt", "--name", "notes", "-t", "good",
        "-d", "Some notes",
    )  # fmt: skip
    found = ID.search(ended.stdout)
    assert found is not None
    model = found[1]
    assert ended == (
        0,
        f"Successfully registered model\nId: {model}\n"
        f"More information: 'facewright model show -m {model}'\n",
        "Keeping the model\nMaking the tables of the history, once\n",
    )
    (one,) = listed(facewright, "list")
    assert (one["Name"], one["Id"], one["Version"], one["Published"]) == ("notes", model, 1, "1")
    assert one["Place"] == "outputs/notes.txt"
    assert original_keys("model list") <= set(one)
    assert original_keys("model show") <= set(listed(facewright, "show", "-m", model))
    shown = facewright("model", "show", "-m", model, "-o", "table").stdout.splitlines()
    assert [line.split()[0] for line in shown[:6]] == [
        "Name", "Id", "Version", "CreatedAt", "Tags", "Description",
    ]  # fmt: skip
    assert shown[-1] == f"model notes 1 ({model})"
    ended = facewright("model", "download", "-m", model, "-d", "here")
    assert ended == (0, "Wrote here/notes.txt\n", "Writing the model\n")
    assert (tmp_path / "here" / "notes.txt").read_text() == "weights\n"
    ended = facewright("model", "delete", "-m", model)
    assert ended == (
        1,
        "",
        f"error: notes 1 ({model}) was not deleted: expected an answer or --yes, and there is no "
        "terminal\nhint: add --yes when you are sure\n",
    )
    ended = facewright("model", "delete", "-m", model, "-y")
    assert ended == (0, f"Deleted notes 1 ({model})\n", "")
    assert listed(facewright, "list") == []


def test_by_name_all_versions_are_shown(facewright: Facewright, notes: Path) -> None:
    first = registered(facewright, "-m", notes, "-n", "notes", "-t", "old")
    second = registered(facewright, "-m", notes, "-n", "notes")
    assert [each["Id"] for each in listed(facewright, "show", "-m", "notes")] == [first, second]
    assert [each["Id"] for each in listed(facewright, "list", "-t", "old")] == [first]
    table = facewright("model", "list", "-o", "table").stdout.splitlines()
    assert table[0].split() == ["Name", "Id", "Version", "CreatedAt"]
    assert table[2].split()[:3] == ["notes", first, "1"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", table[2].split()[3])
    ended = facewright("model", "delete", "-m", "notes", "-y")
    assert ended.stderr.startswith("error: 'notes' has 2 versions: expected the id of one\n")
    assert ended.code == 1


def test_without_the_registry_a_model_is_registered_and_published_later(
    facewright: Facewright, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    ended = facewright("model", "register", "-m", notes, "-n", "notes")
    assert ended.code == 0
    assert ended.stdout.startswith("Successfully registered model\n")
    assert "Not in the MLflow registry yet: 1 version; the history does not answer" in ended.stderr
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert listed(facewright, "list", "--query", "[].{at: Published}") == [{"at": None}]
    assert listed(facewright, "list", "--query", "[].{at: Published}") == [{"at": "1"}]


def test_listing_loads_no_mlflow(facewright: Facewright, notes: Path) -> None:
    registered(facewright, "-m", notes, "-n", "notes")
    command = [sys.executable, "-X", "importtime", "-m", "facewright", "model", "list"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout)[0]["Name"] == "notes"
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in ended.stderr.splitlines()
    }
    assert "sqlalchemy" in loaded
    assert loaded & {"mlflow", "tensorflow", "keras", "numpy", "onnxruntime", "h5py"} == set()


def test_a_promoted_asset_is_registered_with_its_run(
    facewright: Facewright, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facewright("new", "doors")
    project = tmp_path / "doors"
    (project / "write.py").write_text("open('outputs/notes.txt', 'w').write('weights')\n")
    ended = facewright("experiment", "submit", "-c", "local", "--wait", "write.py", cwd=project)
    assert ended.code == 0, ended.stderr
    run = listed(
        lambda *arguments: facewright(*arguments[1:], cwd=project), "history", "last"
    )["run_id"]  # fmt: skip
    promoted = ("history", "promote", "-r", run, "-ap", "outputs/notes.txt", "-n", "notes")
    assert facewright(*promoted, cwd=project).code == 0
    link = project / "assets" / "notes.link"
    model = registered(facewright, "-m", link, "-n", "notes")
    shown = listed(facewright, "show", "-m", model)
    assert (shown["RunId"], shown["Place"]) == (run, "outputs/notes.txt")
    assert shown["Lineage"]["from"] == [{"kind": "run", "id": run}]
    kept = tmp_path / "data" / "runs" / run / "outputs" / "notes.txt"
    model = registered(facewright, "-m", kept, "-n", "notes")
    assert listed(facewright, "show", "-m", model)["RunId"] == run


def test_a_trained_model_says_what_it_knows(
    facewright: Facewright, trained: TrainingResult
) -> None:
    model = registered(facewright, "-m", trained.files["my_model.onnx"], "-n", "face")
    query = "[Facts.labels, Facts.embedder.digest, RunId]"
    assert listed(facewright, "show", "-m", model, "--query", query) == [
        ["ada", "bruno", "clara", "unknown"],
        trained.contract.embedder.digest,
        trained.contract.training_run,
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-m", "nothing.h5", "-n", "x"), "error: there is no such file or folder: nothing.h5\n"),
        (("-m", "outputs/notes.txt", "-n", "a/b"), "error: not a name for a model: "),
        (("-m", "http://127.0.0.1:9/a.h5", "-n", "x"), "error: the model cannot be fetched from "),
    ],
)
def test_what_cannot_be_registered_leaves_nothing(
    facewright: Facewright, notes: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = facewright("model", "register", *arguments)
    assert (ended.code, ended.stdout) == (1, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert listed(facewright, "list") == []


def test_accounts_print_what_azure_s_did(facewright: Facewright) -> None:
    account = "account", "modelmanagement"
    ended = facewright(
        *account, "create", "-l", "attic", "-n", "doors", "-g", "team", "--sku-name", "S2",
        "--sku-instances", "4", "-t", '{"a": "b"}', "-d", "Doors",
    )  # fmt: skip
    made = json.loads(ended.stdout)
    assert {
        key: made[key] for key in sorted(made) if key not in ("created_on", "id", "modified_on")
    } == {
        "current": True,
        "description": "Doors",
        "location": "attic",
        "model_management_swagger_location": None,
        "name": "doors",
        "resource_group": "team",
        "sku": {"capacity": 4, "name": "S2"},
        "subscription": None,
        "tags": {"a": "b"},
        "type": "modelManagementAccounts",
    }
    table = facewright(*account, "list", "-o", "table").stdout.splitlines()
    assert re.split(r"\s{2,}", table[0]) == [
        "Name", "Subscription", "Resource Group", "Location", "Created On",
    ]  # fmt: skip
    assert [line.split()[0] for line in table[2:]] == ["doors", "local"]
    assert json.loads(facewright(*account, "set", "-n", "local").stdout)["current"] is True
    shown = json.loads(facewright(*account, "show").stdout)
    assert shown["name"] == "local"
    assert original_keys("account modelmanagement show") <= set(shown)
    ended = facewright(*account, "update", "-n", "doors", "--sku-name", "S3")
    assert ended.code == 2
    assert facewright(*account, "delete", "-n", "doors", "-g", "team") == (0, "", "")
    ended = facewright(*account, "show", "-n", "doors")
    assert ended == (
        1,
        "",
        "error: there is no account 'doors'\n"
        "hint: `facewright account modelmanagement list` shows what there is\n",
    )
