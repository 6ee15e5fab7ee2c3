"""`facewright account`, `workspace` and `project` as a terminal session, whole output."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(autouse=True)
def _ada(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEWRIGHT_USER", "ada")


def steady(text: str) -> str:
    """Return output without what differs from run to run."""
    text = re.sub(GUID, "GUID", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?", "TIME", text)


def test_accounts_from_beginning_to_end(facewright: Run) -> None:
    made = facewright(
        "account", "experimentation", "create", "-n", "lab", "-g", "people", "--seats", 3,
        "--tag", "cost=42", "--tag", "a=", "--description", "Who opens doors",
    )  # fmt: skip
    assert (made.code, made.stderr) == (0, "")
    assert json.loads(steady(made.stdout)) == {
        "id": "GUID", "name": "lab", "resource_group": "people", "location": "local",
        "owner": "ada", "seats": 3, "description": "Who opens doors",
        "tags": {"cost": "42", "a": ""}, "created": "TIME", "scope": "/accounts/lab",
    }  # fmt: skip
    listed = facewright("account", "experimentation", "list", "-o", "table")
    assert steady(listed.stdout) == (
        "name    resource_group   location   owner   seats   created\n"
        f"{'─' * 71}\n"
        "lab     people           local      ada         3   TIME\n"
        "local   local            local      ada             TIME\n"
    )
    changed = facewright(
        "account", "experimentation", "update", "-n", "lab", "--owner", "bo", "--new-name", "l2",
        "--query", "[name, owner, seats]", "-o", "tsv",
    )  # fmt: skip
    assert changed == (0, "l2\nbo\n3\n", "")
    shown = facewright(
        "account", "experimentation", "show", "-n", "l2", "--query", "members", "-o", "json"
    )
    assert json.loads(shown.stdout) == [{"user": "bo", "role": "owner", "scope": "/accounts/l2"}]
    wrong = facewright("account", "experimentation", "delete", "-n", "l2", "-g", "other")
    assert wrong == (
        1,
        "",
        "error: 'l2' is in another resource group: expected 'other', it is in 'people'\n"
        "hint: leave --resource-group out, or name the right one\n",
    )
    gone = facewright("account", "experimentation", "delete", "-n", "l2")
    assert gone == (0, "Deleted the account l2\n", "")


def test_workspaces_from_beginning_to_end(facewright: Run) -> None:
    made = facewright("workspace", "create", "-n", "doors", "-a", "local", "-o", "yaml")
    assert steady(made.stdout) == (
        "id: GUID\nname: doors\naccount: local\nresource_group: local\nlocation: local\n"
        "owner: ada\ndescription: ''\ntags: {}\ncreated: 'TIME'\n"
        "scope: /accounts/local/workspaces/doors\n"
    )
    assert facewright("workspace", "create", "-n", "DOORS") == (
        1,
        "",
        "error: the name is taken: a workspace 'DOORS' is in the account 'local' already\n"
        "hint: choose another name; case does not count\n",
    )
    listed = facewright("workspace", "list", "--query", "[].name", "-o", "tsv")
    assert listed.stdout == "default\ndoors\n"
    gone = facewright("workspace", "delete", "-n", "doors")
    assert gone == (0, "Deleted the workspace doors of the account local\n", "")


def test_a_project_from_beginning_to_end(facewright: Run, tmp_path: Path) -> None:
    made = facewright(
        "project", "create", "-n", "front", "--template", "empty", "-r", "git@host:front.git",
        "-o", "table",
    )  # fmt: skip
    assert made.code == 0
    assert made.stderr == f"Made the project front in {tmp_path / 'front'}\n"
    assert steady(made.stdout) == (
        "id           GUID\nname         front\naccount      local\nworkspace    default\n"
        f"folder       {tmp_path / 'front'}\nrepository   git@host:front.git\n"
        "owner        ada\ndescription\ntags\ncreated      TIME\n"
        "scope        /accounts/local/workspaces/default/projects/front\n"
    )
    shown = facewright("project", "show", "--query", "name", cwd=tmp_path / "front" / "config")
    assert shown == (0, '"front"\n', "")
    changed = facewright("project", "update", "-n", "front", "--repo", "", "--query", "repository")
    assert changed == (0, "null\n", "")
    asked = facewright("project", "delete", "-n", "front")
    assert asked == (
        1,
        "",
        "error: 'front' was not deleted: expected an answer or --yes, and there is no terminal\n"
        "hint: add --yes when you are sure\n",
    )
    folder = tmp_path / "front"
    gone = facewright("project", "delete", "-n", "front", "--yes")
    assert gone == (0, f"Deleted the project front; its folder stays: {folder}\n", "")
    again = facewright("project", "delete", "--path", folder, "--yes", "--delete-folder")
    assert again == (0, "Deleted the project front and its folder\n", "")
    assert not folder.exists()


def test_a_new_project_is_known_once_it_is_looked_at(facewright: Run, tmp_path: Path) -> None:
    facewright("new", "doors")
    assert facewright("project", "list").stdout == "[]\n"
    facewright("project", "show", "--path", "doors")
    listed = facewright("project", "list", "-o", "table")
    assert steady(listed.stdout).splitlines()[2].split() == [
        "doors", "default", "local", str(tmp_path / "doors"), "TIME",
    ]  # fmt: skip


def test_a_copied_folder_is_told_apart_and_can_be_rebound(facewright: Run, tmp_path: Path) -> None:
    facewright("new", "doors")
    facewright("project", "show", "--path", "doors")
    shutil.copytree(tmp_path / "doors", tmp_path / "copy")
    refused = facewright("project", "show", "--path", "copy")
    assert refused == (
        1,
        "",
        f"error: the folder is a copy: {tmp_path / 'copy'} has the id of the project 'doors', "
        f"which is in {tmp_path / 'doors'}\n"
        "hint: `facewright project rebind --new-id` makes the copy a project of its own; "
        "`facewright project rebind` makes it the project's folder in place of the other\n",
    )
    own = facewright("project", "rebind", "--new-id", "--path", "copy", "--query", "name")
    assert own == (0, '"doors-2"\n', "")
    assert facewright("project", "show", "--path", "copy").code == 0


def test_the_samples_are_the_templates(facewright: Run) -> None:
    assert facewright("project", "sample", "list", "--query", "[].name", "-o", "tsv") == (
        0,
        "face\nempty\n",
        "",
    )


def test_a_wrong_query_comes_to_light_before_anything_is_made(facewright: Run) -> None:
    wrong = facewright("workspace", "create", "-n", "doors", "--query", "[bad")
    assert wrong.code == 2
    assert "not a JMESPath expression" in wrong.stderr
    assert facewright("workspace", "list", "--query", "length(@)").stdout == "1\n"


@pytest.mark.parametrize("name", ["../x", "a\nb", "\x1b[31m", "x" * 10_000])
def test_hostile_names_get_one_clear_line(facewright: Run, tmp_path: Path, name: str) -> None:
    ended = facewright("project", "create", "-n", name)
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: not a project's name: expected 1 to 64 letters, ")
    assert all(line.isprintable() for line in ended.stderr.splitlines())
    assert {path.name for path in tmp_path.iterdir()} <= {"data", "cache"}


def test_a_password_of_the_database_is_not_shown(
    facewright: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://ada:geheim@127.0.0.1:1/records"
    monkeypatch.setenv("FACEWRIGHT_DATABASE_URL", url)
    ended = facewright("project", "list")
    assert (ended.code, ended.stdout) == (1, "")
    assert "geheim" not in ended.stderr
    assert "postgresql://ada:***@127.0.0.1:1/records" in ended.stderr
