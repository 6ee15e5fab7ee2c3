"""Snapshots of a project's files, each a git commit, taken before runs and restored at will."""

import math
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from dulwich.objects import Commit, ObjectID

from facewright.errors import SnapshotError
from facewright.projects.contents import left_out, list_contents
from facewright.projects.known_files import KeptFile, KnownFiles
from facewright.projects.object_files import ObjectFiles
from facewright.projects.replacing import check_free, replace_files
from facewright.projects.snapshot_trees import check_path, read_tree, write_tree

_RECORD = "facewright-files.json"
_AUTHOR = b"Facewright <facewright@localhost>"


class Changes(NamedTuple):
    """How a folder differs from a snapshot; sorted paths.

    Attributes:
        added: In the folder only; a restore leaves them.
        changed: In both, with other content or another executable bit; a restore overwrites them.
        removed: In the snapshot only; a restore writes them.
        ignored: In the snapshot, but named in the folder's `.gitignore` by now; a restore leaves
            them.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    ignored: tuple[str, ...]


def repository_of(data_directory: Path, project_id: str) -> Path:
    """Return where the snapshots of a project lie: among the user's data, not in the project.

    They outlive the folder, as the history of its runs does.
    """
    return data_directory / "snapshots" / f"{project_id}.git"


class Snapshots:
    """The snapshots of one project.

    Any number of processes may use them at once, and any may be killed at any time.

    Args:
        repository: A bare git repository, made with the first snapshot. Its branch is `runs`.
    """

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def take(self, folder: Path, files: Sequence[str], message: str, when: datetime) -> str:
        """Keep files of a project.

        Args:
            folder: The project's folder.
            files: Paths below it, as `list_contents` gives them.
            message: What for.
            when: When, with a time zone.

        Returns:
            The commit, 40 hexadecimal digits; the newest one when it holds the same files.

        Raises:
            SnapshotError: A file cannot be read, or nothing can be written.
        """
        try:
            with self._open() as objects, objects.locked():
                known = KnownFiles(self._repository / _RECORD, objects)
                kept = {path: known.keep(folder, _checked(path)) for path in files}
                tree = write_tree(objects, kept)
                known.write()
                return _committed(objects, tree, message, when)
        except OSError as error:
            raise SnapshotError(
                f"the snapshot cannot be written to {self._repository}: {error.strerror}",
                hint="make room, or let FACEWRIGHT_DATA_DIRECTORY name another folder",
            ) from error

    def differences(self, commit: str, folder: Path) -> Changes:
        """Compare the files of a folder with a snapshot.

        Raises:
            SnapshotError: There is no such snapshot, it is not to be trusted, or the folder holds
                what no snapshot can.
        """
        with self._open() as objects:
            return _differences(_files(objects, commit), self._files_now(folder), folder)

    def restore(self, commit: str, folder: Path) -> None:
        """Write the files of a snapshot that differ, all of them or none.

        Files that are only in the folder stay, as do `outputs/`, `.git` and what `.gitignore`
        names.

        Raises:
            SnapshotError: There is no such snapshot, it is not to be trusted, or something is in
                the way; nothing was changed.
        """
        with self._open() as objects, objects.locked():
            wanted = _files(objects, commit)
            changes = _differences(wanted, self._files_now(folder), folder)
            paths = sorted({*changes.changed, *changes.removed})
            replace_files(
                folder,
                {path: wanted[path].mode for path in paths},
                lambda path: objects.blob(wanted[path].name),
            )

    def _open(self) -> closing[ObjectFiles]:
        return closing(ObjectFiles(self._repository))

    def _files_now(self, folder: Path) -> dict[str, KeptFile]:
        everything = list_contents(folder, limit=2**63, most_files=2**31)
        known = KnownFiles(self._repository / _RECORD, None)
        return {path: known.keep(folder, path) for path in everything.files}


def _files(objects: ObjectFiles, commit: str) -> dict[str, KeptFile]:
    return read_tree(objects, objects.commit(commit).tree)


def _committed(objects: ObjectFiles, tree: bytes, message: str, when: datetime) -> str:
    newest = objects.head()
    if newest is not None and newest.tree == tree:
        return newest.id.decode()
    commit = _commit(tree, message, when)
    commit.parents = [] if newest is None else [newest.id]
    objects.add(commit)
    objects.move_head(commit)
    return commit.id.decode()


def _differences(
    wanted: dict[str, KeptFile], present: dict[str, KeptFile], folder: Path
) -> Changes:
    missing = sorted(wanted.keys() - present.keys())
    ignored = [path for path in missing if left_out(folder, path)]
    removed = [path for path in missing if path not in set(ignored)]
    for path in removed:
        check_free(folder, path)
    return Changes(
        added=tuple(sorted(present.keys() - wanted.keys())),
        changed=tuple(
            sorted(path for path, kept in present.items() if wanted.get(path, kept) != kept)
        ),
        removed=tuple(removed),
        ignored=tuple(ignored),
    )


def _commit(tree: bytes, message: str, when: datetime) -> Commit:
    commit = Commit()
    commit.tree = ObjectID(tree)
    commit.author = commit.committer = _AUTHOR
    commit.author_time = commit.commit_time = math.floor(when.timestamp())
    offset = when.utcoffset()
    # Git knows time zones to the minute.
    zone = 0 if offset is None else round(offset.total_seconds() / 60) * 60
    commit.author_timezone = commit.commit_timezone = zone
    commit.encoding = b"UTF-8"
    commit.message = f"{message}\n".replace("\0", "").encode(errors="replace")
    return commit


def _checked(path: str) -> str:
    check_path(path)
    return path
