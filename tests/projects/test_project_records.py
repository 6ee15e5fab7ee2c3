"""Folder and record appear together; folders are moved, copied and cloned."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from dulwich import porcelain
from dulwich.repo import Repo

from facewright.errors import AccountError, ProjectError
from facewright.projects.binding import ensure_project_record, rebind_as_new, rebind_project
from facewright.projects.creation import NewProject, create_registered_project, delete_project
from facewright.projects.project import create_project, find_project
from facewright.projects.project_records import Place
from facewright.projects.records import Changes, Details
from facewright.projects.registry import Registry


@pytest.fixture
def wanted(tmp_path: Path) -> NewProject:
    (tmp_path / "work").mkdir()
    return NewProject("front", tmp_path / "work", template="empty")


def names(registry: Registry) -> list[str]:
    return [record.name for record in registry.projects.list()]


def test_folder_and_record_are_the_same_project(registry: Registry, wanted: NewProject) -> None:
    registry.workspaces.create("doors")
    asked = replace(
        wanted,
        place=Place(workspace="doors"),
        details=Details(description="x", tags={"a": "b"}),
        repository="https://host/front.git",
    )
    record = create_registered_project(registry, asked)
    project = find_project(wanted.parent / "front")
    assert (project.id, project.name) == (record.id, record.name)
    assert project.scope == "/accounts/local/workspaces/doors"
    assert record.scope == f"{project.scope}/projects/front"
    assert record.folder == project.folder == wanted.parent / "front"
    assert (record.description, record.tags, record.owner) == ("x", {"a": "b"}, "ada")
    assert registry.projects.show("FRONT", Place(workspace="doors")) == record
    assert registry.projects.show(record.id) == record
    assert ensure_project_record(registry.database, project, "bo") == record


def test_a_project_becomes_a_repository_of_its_own(registry: Registry, wanted: NewProject) -> None:
    asked = replace(wanted, repository="git@host:front.git")
    folder = create_registered_project(registry, asked).folder
    with Repo(str(folder)) as repository:
        remote = repository.get_config().get((b"remote", b"origin"), b"url")
        assert (remote, repository.refs.as_dict()) == (b"git@host:front.git", {})


def test_in_a_repository_none_is_made(registry: Registry, wanted: NewProject) -> None:
    Repo.init(str(wanted.parent)).close()
    before = (wanted.parent / ".git" / "config").read_bytes()
    asked = replace(wanted, repository="git@host:front.git")
    record = create_registered_project(registry, asked)
    assert not (record.folder / ".git").exists()
    assert (wanted.parent / ".git" / "config").read_bytes() == before
    assert record.repository == "git@host:front.git"


def test_a_taken_name_leaves_no_folder(registry: Registry, wanted: NewProject) -> None:
    create_registered_project(registry, wanted)
    elsewhere = replace(wanted, parent=wanted.parent / "other")
    with pytest.raises(AccountError, match="the name is taken: a project 'front'"):
        create_registered_project(registry, elsewhere)
    assert not (wanted.parent / "other" / "front").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../x"},
        {"name": "a\nb"},
        {"name": "x" * 10_000},
        {"name": ".."},
        {"template": "../face"},
        {"template": "none"},
        {"template_url": "/dev/null"},
        {"template_url": "ext::sh -c 'touch /tmp/x'"},
        {"repository": "--upload-pack=x"},
        {"place": Place("none")},
        {"place": Place(workspace="none")},
        {"details": Details(description="\x1b")},
        {"parent": Path("/proc/nowhere")},
        {"parent": Path("/dev/null")},
        {"parent": Path("/" + "x" * 300)},
    ],
)
def test_what_cannot_be_leaves_nothing(
    registry: Registry, wanted: NewProject, change: dict[str, object]
) -> None:
    with pytest.raises((ProjectError, AccountError)) as caught:
        create_registered_project(registry, replace(wanted, **change))  # type: ignore[arg-type]
    assert caught.value.message.isprintable()
    assert list(wanted.parent.rglob("*")) == []
    assert names(registry) == []


def test_a_folder_in_use_is_left_alone(registry: Registry, wanted: NewProject) -> None:
    (wanted.parent / "front").mkdir()
    (wanted.parent / "front" / "train.py").write_text("precious")
    with pytest.raises(ProjectError, match="the folder is in use"):
        create_registered_project(registry, wanted)
    assert names(registry) == []


def test_with_force_files_that_are_there_stay(registry: Registry, wanted: NewProject) -> None:
    folder = wanted.parent / "front"
    (folder / "config").mkdir(parents=True)
    (folder / "train.py").write_text("precious")
    record = create_registered_project(registry, replace(wanted, force=True))
    assert (folder / "train.py").read_text() == "precious"
    assert (folder / "config" / "local.runconfig").is_file()
    assert find_project(folder).id == record.id
    assert sorted(path.name for path in wanted.parent.iterdir()) == ["front"]
    with pytest.raises(ProjectError, match="a project already"):
        create_registered_project(registry, replace(wanted, force=True))


def test_force_writes_through_no_link(
    registry: Registry, wanted: NewProject, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (wanted.parent / "front").mkdir()
    (wanted.parent / "front" / "config").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProjectError, match="is a link"):
        create_registered_project(registry, replace(wanted, force=True))
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert [path.name for path in (wanted.parent / "front").iterdir()] == ["config"]


def test_what_force_added_is_taken_back(registry: Registry, wanted: NewProject) -> None:
    create_registered_project(registry, replace(wanted, parent=wanted.parent / "first"))
    folder = wanted.parent / "front"
    folder.mkdir()
    (folder / "mine").write_text("precious")
    with pytest.raises(AccountError, match="the name is taken"):
        create_registered_project(registry, replace(wanted, force=True))
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_any_folder_can_be_a_template(
    registry: Registry, wanted: NewProject, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    create_project(source)
    (source / "outputs").mkdir()
    (source / "notes.txt").write_text("hello")
    record = create_registered_project(registry, replace(wanted, template_url=str(source)))
    assert (record.folder / "notes.txt").read_text() == "hello"
    assert not (record.folder / "outputs").exists()
    assert find_project(record.folder).id != find_project(source).id


def test_a_repository_can_be_a_template(
    registry: Registry, wanted: NewProject, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "train.py").write_text("print('fetched')\n")
    porcelain.init(str(source)).close()
    porcelain.add(str(source), [str(source / "train.py")])
    porcelain.commit(str(source), b"First", author=b"a <a@b>", committer=b"a <a@b>")
    asked = replace(wanted, template_url=source.as_uri())
    folder = create_registered_project(registry, asked).folder
    assert (folder / "train.py").read_text() == "print('fetched')\n"
    with Repo(str(folder)) as repository:
        assert repository.refs.as_dict() == {}


def test_a_template_with_a_link_is_refused(
    registry: Registry, wanted: NewProject, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "photos").symlink_to("/etc")
    with pytest.raises(ProjectError, match="what is no file: photos"):
        create_registered_project(registry, replace(wanted, template_url=str(source)))
    assert list(wanted.parent.iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from facewright.database.database import open_database
from facewright.projects.placement import Placement
from facewright.projects.project import new_project, staged
from facewright.projects.project_records import Place
from facewright.projects.registry import open_registry
from facewright.projects.template import template_folder

url, folder = sys.argv[1:]
place = Place(workspace="doors")
project = new_project(Path(folder), "front", place.scope)

def move_and_die():
    placement.do()
    os.kill(os.getpid(), signal.SIGKILL)

with open_database(url) as database, template_folder("empty") as source:
    with staged(source, project) as built:
        placement = Placement(built, project.folder)
        open_registry(database, "ada").projects.add(project, place, alongside=move_and_die)
"""


def test_killed_between_folder_and_record_nothing_is_lost(
    registry: Registry, wanted: NewProject, database_url: str
) -> None:
    registry.workspaces.create("doors")
    folder = wanted.parent / "front"
    command = [sys.executable, "-c", _KILLED, database_url, str(folder)]
    ended = subprocess.run(command, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (names(registry), folder.is_dir()) == ([], True)
    record = ensure_project_record(registry.database, find_project(folder), "ada")
    assert record.scope == "/accounts/local/workspaces/doors/projects/front"


def test_two_at_once_in_the_same_place(
    registry: Registry, wanted: NewProject, database_url: str
) -> None:
    script = """
import sys
from pathlib import Path
from facewright.database.database import open_database
from facewright.errors import FacewrightError
from facewright.projects.creation import NewProject, create_registered_project
from facewright.projects.registry import open_registry
sys.stdin.readline()
with open_database(sys.argv[1]) as database:
    wanted = NewProject("front", Path(sys.argv[2]), template="empty")
    try: create_registered_project(open_registry(database, "ada"), wanted); print("made")
    except FacewrightError as error: print(error.code)
"""
    command = [sys.executable, "-c", script, database_url, str(wanted.parent)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate("go\n", timeout=300)[0].strip() for process in processes]
    assert said.count("made") == 1
    assert set(said) <= {"made", "account", "project"}
    assert names(registry) == ["front"]
    assert [path.name for path in wanted.parent.iterdir()] == ["front"]


def test_a_folder_nobody_knows_gets_a_record(registry: Registry, tmp_path: Path) -> None:
    old = create_project(tmp_path / "front")
    record = ensure_project_record(registry.database, old, "bo")
    assert record.scope == "/accounts/local/workspaces/default/projects/front"
    assert (record.id, record.folder, record.owner) == (old.id, old.folder, "bo")
    assert ensure_project_record(registry.database, old, "bo") == record


def test_a_second_folder_of_the_same_name_gets_a_number(registry: Registry, tmp_path: Path) -> None:
    for place in ("a", "b", "c"):
        project = create_project(tmp_path / place / "front")
        ensure_project_record(registry.database, project, "ada")
    assert names(registry) == ["front", "front-2", "front-3"]


def test_a_folder_from_elsewhere_goes_to_the_default_workspace(
    registry: Registry, tmp_path: Path
) -> None:
    for number, scope in enumerate(["/accounts/far/workspaces/away", "../..", "x" * 9000]):
        project = replace(create_project(tmp_path / f"p{number}"), scope=scope)
        record = ensure_project_record(registry.database, project, "ada")
        assert record.workspace == "default"


def test_a_moved_folder_is_followed(registry: Registry, wanted: NewProject) -> None:
    record = create_registered_project(registry, wanted)
    record.folder.rename(wanted.parent / "moved")
    project = find_project(wanted.parent / "moved")
    moved = ensure_project_record(registry.database, project, "ada")
    assert moved == replace(record, folder=wanted.parent / "moved")


def test_a_folder_seen_through_a_link_is_the_same(
    registry: Registry, wanted: NewProject, tmp_path: Path
) -> None:
    record = create_registered_project(registry, wanted)
    (tmp_path / "link").symlink_to(wanted.parent)
    project = find_project(tmp_path / "link" / "front")
    assert ensure_project_record(registry.database, project, "ada") == record


def test_a_copy_is_told_apart(registry: Registry, wanted: NewProject) -> None:
    record = create_registered_project(registry, wanted)
    copied = shutil.copytree(record.folder, wanted.parent / "copy")
    copy = find_project(copied)
    with pytest.raises(ProjectError) as caught:
        ensure_project_record(registry.database, copy, "ada")
    assert caught.value.message == (
        f"the folder is a copy: {copied} has the id of the project 'front', "
        f"which is in {record.folder}"
    )
    own = rebind_as_new(registry.database, copy, "ada")
    assert own.id == find_project(copied).id != record.id
    assert (own.name, own.folder) == ("front-2", copied)
    assert registry.projects.show("front") == record


def test_a_copy_can_take_the_place_of_the_project(registry: Registry, wanted: NewProject) -> None:
    record = create_registered_project(registry, wanted)
    copied = shutil.copytree(record.folder, wanted.parent / "copy")
    rebind_project(registry.database, find_project(copied), "ada")
    assert registry.projects.show("front").folder == copied
    with pytest.raises(ProjectError, match="is a copy"):
        ensure_project_record(registry.database, find_project(record.folder), "ada")


def test_what_is_remembered_can_change(registry: Registry, wanted: NewProject) -> None:
    record = create_registered_project(registry, wanted)
    changed = registry.projects.update(
        record.id, Changes(owner="bo", tags={"x": "y"}), "https://host/x.git"
    )
    assert changed == replace(record, owner="bo", tags={"x": "y"}, repository="https://host/x.git")
    assert registry.projects.update(record.id, Changes(), "").repository is None


def test_deleting_leaves_the_folder_unless_asked(registry: Registry, wanted: NewProject) -> None:
    record = create_registered_project(registry, wanted)
    delete_project(registry, record.id)
    assert (names(registry), record.folder.is_dir()) == ([], True)
    ensure_project_record(registry.database, find_project(record.folder), "ada")
    delete_project(registry, record.id, folder=True)
    assert (names(registry), list(wanted.parent.iterdir())) == ([], [])


def test_a_folder_that_is_something_else_by_now_is_not_deleted(
    registry: Registry, wanted: NewProject
) -> None:
    record = create_registered_project(registry, wanted)
    shutil.rmtree(record.folder)
    create_project(record.folder)
    with pytest.raises(ProjectError, match="not in its folder any more"):
        delete_project(registry, record.id, folder=True)
    assert record.folder.is_dir()
    assert names(registry) == ["front"]


def test_projects_are_listed_by_place(registry: Registry, wanted: NewProject) -> None:
    registry.accounts.create("lab")
    registry.workspaces.create("doors", "lab")
    create_registered_project(registry, wanted)
    create_registered_project(registry, replace(wanted, name="b", place=Place("lab", "doors")))
    assert names(registry) == ["b", "front"]
    listed = [registry.projects.list("lab"), registry.projects.list(None, "default")]
    assert [[record.name for record in each] for each in listed] == [["b"], ["front"]]


def test_no_configuration_of_the_user_is_touched(
    registry: Registry, wanted: NewProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    create_registered_project(registry, wanted)
    assert os.listdir(tmp_path / "home") == []  # noqa: PTH208 # hidden ones count as well
