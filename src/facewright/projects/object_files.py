"""A bare git repository on disk: objects, one branch, and a lock that dies with its process."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dulwich.object_store import DiskObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from facewright.errors import SnapshotError
from facewright.system.files import write_text

BRANCH = "refs/heads/runs"

_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
_LARGEST_OBJECT = 8_000_000_000
_FAST = 1
_UNFINISHED = "tmp_obj_"


class ObjectFiles:
    """A bare git repository that no configuration but its own has a say in.

    Objects are written one by one, each whole or not at all, and the branch moves last: whoever
    is killed leaves a valid repository.

    Args:
        repository: Its folder; made when something is written.
    """

    def __init__(self, repository: Path) -> None:
        self._repository = repository
        self._objects = repository / "objects"
        self._store = DiskObjectStore(self._objects, loose_object_size_limit=_LARGEST_OBJECT)

    def close(self) -> None:
        """Let go of the files that are open."""
        self._store.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write while the block runs; make the repository if there is none."""
        self._repository.mkdir(parents=True, exist_ok=True)
        with (self._repository / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not (self._repository / "config").exists():
                self._make()
            for unfinished in self._objects.glob(f"{_UNFINISHED}*"):
                unfinished.unlink()
            yield

    def head(self) -> Commit | None:
        """Return the newest commit, or None before the first."""
        try:
            name = (self._repository / BRANCH).read_bytes().strip()
        except FileNotFoundError:
            return None
        return self.commit(name.decode())

    def move_head(self, commit: Commit) -> None:
        """Make a commit the newest."""
        write_text(self._repository / BRANCH, f"{commit.id.decode()}\n")

    def has(self, name: bytes) -> bool:
        """Tell whether an object is there."""
        place = self._place(name)
        # After a power cut a file may have its name and nothing in it.
        if place.exists() and place.stat().st_size:
            return True
        return self._store.contains_packed(ObjectID(name))

    def add(self, thing: ShaFile) -> bytes:
        """Write an object, unless it is there, and return its name."""
        if not self.has(thing.id):
            self._write(self._place(thing.id), thing.as_legacy_object(_FAST))
        return thing.id

    def commit(self, name: str) -> Commit:
        """Return a commit.

        Raises:
            SnapshotError: There is none of that name.
        """
        found = self._object(name.encode())
        if not isinstance(found, Commit):
            raise _missing(name, "a snapshot")
        return found

    def tree(self, name: bytes) -> Tree:
        """Return a folder's listing."""
        found = self._object(name)
        if not isinstance(found, Tree):
            raise _missing(name.decode(), "a folder")
        return found

    def blob(self, name: bytes) -> bytes:
        """Return what a file holds."""
        found = self._object(name)
        if not isinstance(found, Blob):
            raise _missing(name.decode(), "a file")
        return found.data

    def _object(self, name: bytes) -> ShaFile | None:
        try:
            return self._store[ObjectID(name)]
        except Exception as error:
            # dulwich raises what zlib, struct and it itself find wrong with a damaged object.
            if isinstance(error, OSError):
                raise
            return None

    def _make(self) -> None:
        for folder in ("objects/info", "objects/pack", "refs/heads"):
            (self._repository / folder).mkdir(parents=True, exist_ok=True)
        # Wherever the repository lies, it is no part of a project's contents.
        write_text(self._repository / ".gitignore", "*\n")
        write_text(self._repository / "HEAD", f"ref: {BRANCH}\n")
        write_text(self._repository / "config", _CONFIG)

    def _place(self, name: bytes) -> Path:
        text = name.decode()
        return self._objects / text[:2] / text[2:]

    def _write(self, place: Path, data: bytes) -> None:
        handle, temporary = tempfile.mkstemp(prefix=_UNFINISHED, dir=self._objects)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        place.parent.mkdir(exist_ok=True)
        Path(temporary).chmod(0o444)
        Path(temporary).replace(place)


def _missing(name: str, kind: str) -> SnapshotError:
    return SnapshotError(
        f"the snapshot cannot be read: expected {kind}, found none named {name!r}",
        hint="its repository was removed or damaged; `git fsck` tells more",
    )
