"""The files of a project as git trees, written and read; what is read is not trusted."""

import unicodedata
from collections.abc import Iterator, Mapping

from dulwich.objects import ObjectID, Tree

from facewright.errors import SnapshotError
from facewright.projects.contents import DEEPEST, is_gits_own
from facewright.projects.known_files import EXECUTABLE, PLAIN, KeptFile
from facewright.projects.object_files import ObjectFiles

_FOLDER = 0o040000
_MOST_FILES = 500_000
_NEVER = {"", ".", ".."}


def write_tree(objects: ObjectFiles, files: Mapping[str, KeptFile]) -> bytes:
    """Write the trees of these files and return the name of the top one.

    Raises:
        SnapshotError: A path is none of a file in the project.
    """
    trees: dict[str, Tree] = {"": Tree()}
    for path, kept in files.items():
        check_path(path)
        above, _, name = path.rpartition("/")
        _tree(trees, above).add(name.encode(), kept.mode, ObjectID(kept.name))
    # The deepest first, since a tree holds the names of those below it.
    for path in sorted(trees, key=lambda path: path.count("/"), reverse=True):
        if path:
            above, _, name = path.rpartition("/")
            objects.add(trees[path])
            trees[above].add(name.encode(), _FOLDER, trees[path].id)
    return objects.add(trees[""])


def read_tree(objects: ObjectFiles, name: bytes) -> dict[str, KeptFile]:
    """Return the files of a tree by their paths.

    Raises:
        SnapshotError: It holds links, other repositories, or paths that lead elsewhere.
    """
    files: dict[str, KeptFile] = {}
    folders = [("", name)]
    while folders:
        below, tree = folders.pop()
        for path, kept in _entries(objects, below, tree):
            if kept.mode == _FOLDER:
                folders.append((f"{path}/", kept.name))
            else:
                files[path] = kept
            if len(files) + len(folders) > _MOST_FILES:
                raise SnapshotError(f"the snapshot holds too many files: expected {_MOST_FILES}")
    return files


def check_path(path: str) -> None:
    """Refuse a path that leads out of the project, or to what no snapshot may hold.

    Raises:
        SnapshotError: It does.
    """
    parts = path.split("/")
    bad = any(part in _NEVER or is_gits_own(part) for part in parts)
    control = any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in path)
    if bad or control or len(parts) > DEEPEST + 1 or parts[0] == "outputs":
        raise _hostile(f"a path {path!r}")


def _tree(trees: dict[str, Tree], path: str) -> Tree:
    if path not in trees:
        trees[path] = Tree()
        above, _, _ = path.rpartition("/")
        _tree(trees, above)
    return trees[path]


def _entries(objects: ObjectFiles, below: str, tree: bytes) -> Iterator[tuple[str, KeptFile]]:
    for entry in objects.tree(tree).iteritems():
        name = entry.path.decode(errors="surrogateescape")
        path = f"{below}{name}"
        if "/" in name or entry.mode not in {PLAIN, EXECUTABLE, _FOLDER}:
            raise _hostile(f"{path!r} of mode {entry.mode:o}")
        check_path(path)
        yield path, KeptFile(entry.mode, entry.sha)


def _hostile(received: str) -> SnapshotError:
    return SnapshotError(
        f"not a snapshot of a project: expected plain files inside it, received {received}",
        hint="somebody else wrote it; nothing was touched",
    )
