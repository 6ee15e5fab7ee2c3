"""Snapshots of a project's files, and what git says of them."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from facewright.errors import SnapshotError
from facewright.projects.contents import list_contents
from facewright.projects.object_files import ObjectFiles
from facewright.projects.project import create_project
from facewright.projects.snapshots import Changes, Snapshots, repository_of

WHEN = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return repository_of(tmp_path / "data", "5ffa")


@pytest.fixture
def snapshots(repository: Path) -> Snapshots:
    return Snapshots(repository)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return create_project(tmp_path / "doors").folder


def take(snapshots: Snapshots, project: Path, message: str = "run 1") -> str:
    return snapshots.take(project, list_contents(project).files, message, WHEN)


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_git_reads_what_was_taken(snapshots: Snapshots, repository: Path, project: Path) -> None:
    (project / "train.py").chmod(0o755)
    (project / "ä b.txt").write_text("ü")
    first = take(snapshots, project, "first")
    (project / "score.py").write_text("changed")
    second = take(snapshots, project, "second\nline \udcff")
    assert git(repository, "fsck", "--strict", "--full", "--no-dangling") == ""
    log = git(repository, "log", "--format=%H %an %aI %s", "runs")
    assert log.splitlines() == [
        f"{second} Facewright 2026-11-22T12:00:00+01:00 second line ?",
        f"{first} Facewright 2026-11-22T12:00:00+01:00 first",
    ]
    listed = git(repository, "ls-tree", "-r", "-z", first)
    modes = {line.partition("\t")[2]: line.split()[0] for line in listed.split("\0")[:-1]}
    assert modes == {
        path: "100755" if path == "train.py" else "100644" for path in contents(project)
    }
    assert git(repository, "show", f"{second}:score.py") == "changed"


def test_the_same_files_are_one_commit(
    snapshots: Snapshots, repository: Path, project: Path
) -> None:
    first = take(snapshots, project)
    os.utime(project / "train.py")
    assert take(snapshots, project, "again") == first
    assert Snapshots(repository).take(project, list_contents(project).files, "x", WHEN) == first
    assert git(repository, "rev-list", "--count", "runs") == "1\n"


def test_an_executable_bit_is_a_change(snapshots: Snapshots, project: Path) -> None:
    first = take(snapshots, project)
    (project / "train.py").chmod(0o755)
    assert snapshots.differences(first, project).changed == ("train.py",)
    snapshots.restore(first, project)
    assert not (project / "train.py").stat().st_mode & 0o111
    (project / "train.py").chmod(0o755)
    second = take(snapshots, project)
    (project / "train.py").chmod(0o644)
    snapshots.restore(second, project)
    assert (project / "train.py").stat().st_mode & 0o777 == 0o755


def test_unchanged_files_are_not_read_again(
    snapshots: Snapshots, repository: Path, project: Path
) -> None:
    past = time.time() - 3600
    for path in project.rglob("*"):
        os.utime(path, (past, past))
    time.sleep(2.1)  # files that changed just now are never taken for unchanged
    first = take(snapshots, project)
    script = (
        "import sys, os, datetime, pathlib\n"
        "from facewright.projects.snapshots import Snapshots\n"
        "from facewright.projects.contents import list_contents\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, data: event == 'open' and opened.append(str(data[0])))\n"
        "folder = pathlib.Path(sys.argv[2])\n"
        "files = list_contents(folder).files\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "print(Snapshots(pathlib.Path(sys.argv[1])).take(folder, files, 'x', now))\n"
        "print(*[path for path in opened if path.startswith(sys.argv[2] + '/')], sep='\\n')\n"
    )
    command = [sys.executable, "-c", script, str(repository), str(project)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert told[0] == first
    assert {Path(line).name for line in told[1:] if line} == {".gitignore"}


def test_a_change_of_the_same_size_and_time_is_seen(snapshots: Snapshots, project: Path) -> None:
    script = project / "train.py"
    script.write_text("one")
    os.utime(script, (1, 1))
    first = take(snapshots, project)
    script.write_text("two")
    os.utime(script, (1, 1))
    assert take(snapshots, project) != first


@pytest.mark.parametrize("damage", ["", "[]", '{"train.py": [1]}', '{"train.py": "x"}', "\xff"])
def test_a_damaged_record_only_costs_time(
    snapshots: Snapshots, repository: Path, project: Path, damage: str
) -> None:
    first = take(snapshots, project)
    (repository / "facewright-files.json").write_text(damage, encoding="latin-1")
    assert take(snapshots, project) == first


def test_differences_tell_what_a_restore_would_do(snapshots: Snapshots, project: Path) -> None:
    commit = take(snapshots, project)
    assert snapshots.differences(commit, project) == Changes((), (), (), ())
    (project / "notes").mkdir()
    (project / "notes" / "new.txt").write_text("mine")
    (project / "train.py").write_text("other")
    (project / "score.py").unlink()
    assert snapshots.differences(commit, project) == Changes(
        added=("notes/new.txt",), changed=("train.py",), removed=("score.py",), ignored=()
    )


def test_a_restore_brings_back_and_leaves_the_rest(snapshots: Snapshots, project: Path) -> None:
    before = contents(project)
    commit = take(snapshots, project)
    (project / "train.py").write_text("other")
    (project / "config" / "local.runconfig").unlink()
    kept = ["outputs/model", ".git/HEAD", "notes.txt", "__pycache__/x.pyc"]
    for path in kept:
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text("kept")
    untouched = (project / "score.py").stat().st_mtime_ns
    snapshots.restore(commit, project)
    assert contents(project) == before | dict.fromkeys(kept, b"kept")
    assert (project / "score.py").stat().st_mtime_ns == untouched
    assert snapshots.differences(commit, project)[1:] == ((), (), ())


def test_a_restore_can_be_undone(snapshots: Snapshots, project: Path) -> None:
    first = take(snapshots, project)
    (project / "train.py").write_text("later")
    second = take(snapshots, project)
    snapshots.restore(first, project)
    snapshots.restore(second, project)
    assert (project / "train.py").read_text() == "later"


def test_ignored_files_are_left(snapshots: Snapshots, project: Path) -> None:
    (project / "data.csv").write_text("old")
    commit = take(snapshots, project)
    (project / "data.csv").write_text("precious")
    (project / ".gitignore").write_text("*.csv\n")
    changes = snapshots.differences(commit, project)
    assert (changes.changed, changes.ignored) == ((".gitignore",), ("data.csv",))
    snapshots.restore(commit, project)
    assert (project / "data.csv").read_text() == "precious"


def test_a_folder_in_the_way_is_named_and_nothing_changes(
    snapshots: Snapshots, project: Path
) -> None:
    commit = take(snapshots, project)
    (project / "score.py").write_text("other")
    (project / "train.py").unlink()
    (project / "train.py").mkdir()
    (project / "train.py" / "x").write_text("mine")
    before = contents(project)
    with pytest.raises(SnapshotError) as caught:
        snapshots.restore(commit, project)
    assert caught.value.message == (
        "the files cannot be restored: expected a plain file, or nothing, "
        f"at {project / 'train.py'}"
    )
    assert contents(project) == before


def test_a_restore_that_fails_half_way_is_taken_back(snapshots: Snapshots, project: Path) -> None:
    (project / "a.txt").write_text("first")
    (project / "new" / "deep").mkdir(parents=True)
    (project / "new" / "deep" / "b.txt").write_text("first")
    (project / "z").mkdir()
    (project / "z" / "z.txt").write_text("first")
    commit = take(snapshots, project)
    (project / "a.txt").write_text("second")
    (project / "new" / "deep" / "b.txt").unlink()
    (project / "new" / "deep").rmdir()
    (project / "new").rmdir()
    (project / "z" / "z.txt").write_text("second")
    before = contents(project)
    with _immovable(project / "z"), pytest.raises(SnapshotError, match="cannot be restored"):
        snapshots.restore(commit, project)
    assert contents(project) == before
    assert not (project / "new").exists()


class _immovable:  # noqa: N801 - reads as a verb
    """A folder in which nothing can be replaced, not even by root."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        made = subprocess.run(["chattr", "+i", str(self._folder)], capture_output=True, check=False)
        if made.returncode != 0:
            self._folder.chmod(0o555)
            if os.geteuid() == 0:
                pytest.skip("no file system that can make a folder immovable")

    def __exit__(self, *_: object) -> None:
        subprocess.run(["chattr", "-i", str(self._folder)], capture_output=True, check=False)
        self._folder.chmod(0o755)


def _written(objects: ObjectFiles, thing: ShaFile) -> ObjectID:
    objects.add(thing)
    return thing.id


def _hostile(repository: Path, path: str, mode: int) -> str:
    """Write a commit that has at `path` what no snapshot may."""
    with closing(ObjectFiles(repository)) as objects, objects.locked():
        name = _written(objects, Blob.from_string(b"owned"))
        for part in reversed(path.split("|")):
            tree = Tree()
            tree.add(part.encode(), mode, name)
            name, mode = _written(objects, tree), 0o040000
        commit = Commit()
        commit.tree, commit.message = name, b"x"
        commit.author = commit.committer = b"x <x>"
        commit.author_time = commit.commit_time = 0
        commit.author_timezone = commit.commit_timezone = 0
        return _written(objects, commit).decode()


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("..|owned", 0o100644),
        ("sub|..|..|owned", 0o100644),
        (".|owned", 0o100644),
        ("../owned", 0o100644),
        ("/etc/owned", 0o100644),
        (".git|hooks|post-checkout", 0o100755),
        ("sub|.GIT|config", 0o100644),
        ("git~1|config", 0o100644),
        ("outputs|model", 0o100644),
        ("line\nend", 0o100644),
        ("link", 0o120000),
        ("module", 0o160000),
    ],
)
def test_hostile_trees_are_refused(
    snapshots: Snapshots, repository: Path, project: Path, path: str, mode: int
) -> None:
    commit = _hostile(repository, path, mode)
    before = contents(project.parent)
    for action in (snapshots.differences, snapshots.restore):
        with pytest.raises(SnapshotError, match="not a snapshot of a project"):
            action(commit, project)
    assert contents(project.parent) == before


def test_nothing_is_written_through_a_link(
    snapshots: Snapshots, project: Path, tmp_path: Path
) -> None:
    (project / "data").mkdir()
    (project / "data" / "x").write_text("in")
    commit = take(snapshots, project)
    (project / "data" / "x").unlink()
    (project / "data").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (project / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SnapshotError, match="is a link to"):
        snapshots.restore(commit, project)
    (project / ".gitignore").write_text("data\n")
    snapshots.restore(commit, project)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["0" * 40, "x", "", "../../etc/passwd", "runs", "ä" * 40])
def test_a_snapshot_that_is_not_there_is_named(
    snapshots: Snapshots, project: Path, name: str
) -> None:
    take(snapshots, project)
    with pytest.raises(SnapshotError, match="the snapshot cannot be read"):
        snapshots.differences(name, project)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", ".git/config", "outputs/x"])
def test_paths_that_lead_elsewhere_are_not_taken(
    snapshots: Snapshots, project: Path, path: str
) -> None:
    with pytest.raises(SnapshotError, match="not a snapshot of a project"):
        snapshots.take(project, [path], "x", WHEN)


def test_a_file_that_became_a_link_is_not_taken(snapshots: Snapshots, project: Path) -> None:
    files = list_contents(project).files
    (project / "train.py").unlink()
    (project / "train.py").symlink_to("/etc/passwd")
    with pytest.raises(SnapshotError, match="is no plain file any more"):
        snapshots.take(project, files, "x", WHEN)


def test_the_repository_is_never_listed(tmp_path: Path) -> None:
    project = create_project(tmp_path / "doors").folder
    inside = Snapshots(repository_of(project / "data", "5ffa"))
    files = list_contents(project).files
    first = take(inside, project)
    assert list_contents(project).files == files
    assert take(inside, project) == first


def test_no_configuration_of_the_user_has_a_say(
    snapshots: Snapshots,
    repository: Path,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    (home / "hooks").mkdir(parents=True)
    (home / ".gitconfig").write_text(f"[user]\n\tname = Me\n[core]\n\thooksPath = {home}/hooks\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(home / "nowhere"))
    before = contents(home)
    take(snapshots, project)
    monkeypatch.delenv("GIT_DIR")
    assert git(repository, "log", "--format=%an") == "Facewright\n"
    assert contents(home) == before


TAKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from facewright.projects.contents import list_contents
from facewright.projects.snapshots import Snapshots
repository, folder, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
for number in range(times):
    for part in range(20):
        (folder / f"part-{part}.txt").write_text(f"{folder} {number} {part}" * 3000)
    files = list_contents(folder).files
    print(Snapshots(repository).take(folder, files, f"{folder.name} {number}", datetime.now(UTC)))
"""


def _taker(repository: Path, folder: Path, times: int) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", TAKER, str(repository), str(folder), str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_takers_at_once_lose_no_commit(repository: Path, tmp_path: Path) -> None:
    takers = [_taker(repository, tmp_path / name, 10) for name in ("a", "b", "c")]
    told = [taker.communicate(timeout=120)[0].split()[1:] for taker in takers]
    assert [taker.returncode for taker in takers] == [0, 0, 0]
    names = [name for names in told for name in names]
    assert len(set(names)) == 30
    assert set(git(repository, "rev-list", "runs").split()) == set(names)
    assert git(repository, "fsck", "--strict", "--full", "--no-dangling") == ""


def test_a_killed_taker_leaves_a_valid_repository(
    snapshots: Snapshots, repository: Path, project: Path, tmp_path: Path
) -> None:
    first = take(snapshots, project)
    for attempt in range(6):
        taker = _taker(repository, tmp_path / "busy", 1000)
        assert taker.stdout is not None
        taker.stdout.readline()
        time.sleep(0.03 + 0.05 * attempt)
        taker.send_signal(signal.SIGKILL)
        taker.communicate()
        git(repository, "fsck", "--strict", "--full", "--no-dangling")
    (project / "train.py").write_text("after")
    last = take(snapshots, project)
    assert git(repository, "fsck", "--strict", "--full", "--no-dangling") == ""
    commits = git(repository, "rev-list", "runs").split()
    assert (commits[0], commits[-1]) == (last, first)


def test_a_packed_repository_is_read_and_grows(
    snapshots: Snapshots, repository: Path, project: Path
) -> None:
    first = take(snapshots, project)
    git(repository, "gc", "-q", "--prune=now")
    assert take(Snapshots(repository), project) == first
    (project / "train.py").write_text("other")
    second = take(Snapshots(repository), project)
    Snapshots(repository).restore(first, project)
    assert Snapshots(repository).differences(second, project).changed == ("train.py",)
    assert git(repository, "fsck", "--strict", "--full", "--no-dangling") == ""


def test_a_repository_that_cannot_be_written_is_named(tmp_path: Path, project: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SnapshotError, match="the snapshot cannot be written to"):
        take(Snapshots(tmp_path / "file" / "x.git"), project)
