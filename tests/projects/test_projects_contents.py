"""What of a project is sent."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from facewright.errors import SnapshotError
from facewright.projects.contents import left_out, list_contents
from facewright.projects.project import create_project


def _write(folder: Path, *paths: str, text: str = "x") -> None:
    for path in paths:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def test_a_new_project_is_sent_whole(tmp_path: Path) -> None:
    project = create_project(tmp_path / "doors")
    contents = list_contents(project.folder)
    everything = [path for path in project.folder.rglob("*") if path.is_file()]
    assert list(contents.files) == sorted(
        path.relative_to(project.folder).as_posix() for path in everything
    )
    assert contents.bytes == sum(path.stat().st_size for path in everything)


def test_outputs_git_and_compiled_code_stay(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "b/outputs/kept", "b/c.py")
    _write(tmp_path, "outputs/model", ".git/HEAD", "b/.git", "b/__pycache__/c.pyc", ".Git/config")
    assert list_contents(tmp_path).files == ("a.py", "b/c.py", "b/outputs/kept")


def test_an_empty_folder_has_no_contents(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert list_contents(tmp_path) == list_contents(tmp_path / "empty")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=f"there is no folder {tmp_path / 'none'}"):
        list_contents(tmp_path / "none")


def test_ignore_files_are_followed_as_git_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    _write(project, ".gitignore", text="*.log\n!keep.log\n/data/\nnested/*\n!nested/yes\nda[ry]/\n")
    _write(project, "sub/.gitignore", text="!sub.log\nonly-here\n/top\n")
    _write(project, "a.log", "keep.log", "sub/sub.log", "sub/a.log", "only-here", "sub/only-here")
    _write(project, "data/x", "data/keep.log", "sub/data/x", "nested/no", "nested/yes", "day/x")
    _write(project, "sub/top", "sub/deep/top", "sub/deep/er/keep.log", "#file", "a b", "ä/ö")
    _write(tmp_path, "elsewhere", text="a b\n")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path / "elsewhere"))
    files = list_contents(project).files
    assert "a b" in files
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", os.devnull)
    subprocess.run(["git", "init", "-q", project], check=True)
    listed = ["git", "-C", str(project), "ls-files", "-z", "--others", "--exclude-standard"]
    told = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    assert list(files) == sorted(told.split("\0")[:-1])


def test_what_is_left_out_is_known_by_its_name(tmp_path: Path) -> None:
    _write(tmp_path, ".gitignore", text="data/\n")
    named = ["outputs/x", "data/x", ".git/hooks/x", "sub/__pycache__/x", "train.py", "sub/outputs"]
    assert [left_out(tmp_path, path) for path in named] == [True] * 4 + [False] * 2


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    _write(tmp_path, "notes/long.txt", text="x" * 3000)
    _write(tmp_path, "train.py", text="x" * 2000)
    with (tmp_path / "video.bin").open("wb") as file:
        file.truncate(5_000_000_000)
    accessed = (tmp_path / "video.bin").stat().st_atime_ns
    with pytest.raises(SnapshotError) as caught:
        list_contents(tmp_path)
    assert caught.value.message == (
        "the project is too large to be copied: expected at most 100.0 MB, received 5.0 GB; its "
        "largest files: video.bin (5.0 GB), notes/long.txt (3.0 kB), train.py (2.0 kB)"
    )
    assert caught.value.hint == (
        "name what is not code in .gitignore, keep photos in the shared folder, or raise the "
        "limit with FACEWRIGHT_PROJECT_MEGABYTES=5001"
    )
    assert (tmp_path / "video.bin").stat().st_atime_ns == accessed
    assert list_contents(tmp_path, limit=5_001_000_000).bytes == 5_000_005_000


def test_an_ignored_huge_file_is_no_matter(tmp_path: Path) -> None:
    _write(tmp_path, ".gitignore", text="*.bin\n")
    with (tmp_path / "video.bin").open("wb") as file:
        file.truncate(5_000_000_000)
    assert list_contents(tmp_path).files == (".gitignore",)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, "a", *(f"cache/{number}" for number in range(9)))
    assert len(list_contents(tmp_path, most_files=10).files) == 10
    with pytest.raises(SnapshotError) as caught:
        list_contents(tmp_path, most_files=9)
    assert caught.value.message == (
        "the project has too many files to be copied: expected at most 9, received more; the "
        "fullest folders so far: cache (9), . (1)"
    )


@pytest.mark.parametrize("target", ["/etc/passwd", "../other", "train.py", ".", "loop", "gone"])
def test_links_are_refused_wherever_they_lead(tmp_path: Path, target: str) -> None:
    _write(tmp_path, "project/train.py", "other")
    (tmp_path / "project" / "loop").symlink_to(target)
    with pytest.raises(SnapshotError) as caught:
        list_contents(tmp_path / "project")
    assert caught.value.message == (
        f"the project cannot be copied: expected plain files, but 'loop' is a link to {target!r}"
    )
    _write(tmp_path, "project/.gitignore", text="loop\n")
    assert list_contents(tmp_path / "project").files == (".gitignore", "train.py")


@pytest.mark.parametrize("name", ["pipe", ".gitignore", "deep/.gitignore"])
def test_pipes_are_refused_and_never_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / name)
    with pytest.raises(SnapshotError, match=f"but '{name}' is a pipe"):
        list_contents(tmp_path)


def test_sockets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("listening")
        with pytest.raises(SnapshotError, match="but 'listening' is a socket"):
            list_contents(tmp_path)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (b"a\nb", "'a\\\\nb' has a name with control characters"),
        (b"a\x1b[2Jb", "has a name with control characters"),
        ("a\u2028b".encode(), "has a name with control characters"),
        (b"\xff", "has a name that is not UTF-8"),
    ],
)
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_names_that_break_lines_are_refused(
    tmp_path: Path, name: bytes, fault: str, kind: str
) -> None:
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    if kind == "folder":
        place.mkdir()
    else:
        place.write_text("x")
    with pytest.raises(SnapshotError, match=fault) as caught:
        list_contents(tmp_path)
    caught.value.message.encode()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that another user can reach, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["secret", "folder/secret"])
def test_what_cannot_be_read_is_named(open_folder: Path, name: str) -> None:
    _write(open_folder, name)
    hidden = open_folder / name.split("/")[0]
    hidden.chmod(0)
    was = os.geteuid()
    try:
        os.seteuid(was or 65534)
        with pytest.raises(SnapshotError, match=rf"but '{hidden.name}/?' cannot be read"):
            list_contents(open_folder)
        os.seteuid(was)
        _write(open_folder, ".gitignore", text=f"{hidden.name}\n")
        os.seteuid(was or 65534)
        assert list_contents(open_folder).files == (".gitignore",)
    finally:
        os.seteuid(was)
        hidden.chmod(0o700)


def test_the_rules_have_a_size(tmp_path: Path) -> None:
    _write(tmp_path, ".gitignore", text="x\n" * 600_000)
    with pytest.raises(SnapshotError, match=r"'.gitignore' holds 1.2 MB: expected at most 1 MB"):
        list_contents(tmp_path)


def test_a_very_deep_tree_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, f"{'d/' * 100}x")
    assert list_contents(tmp_path).files == (f"{'d/' * 100}x",)
    _write(tmp_path, f"{'d/' * 101}x")
    with pytest.raises(SnapshotError, match="lies more than 100 folders deep"):
        list_contents(tmp_path)
