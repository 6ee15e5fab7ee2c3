"""Git repositories of projects: a template is fetched from one, a new project becomes one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from facewright.errors import ProjectError
from facewright.projects.names import checked_repository


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """Yield a folder with the newest files of a git repository; it is removed afterwards.

    Args:
        url: Its address.

    Raises:
        ProjectError: It is none, or cannot be fetched.
    """
    from dulwich import porcelain
    from dulwich.errors import GitProtocolError, NotGitRepository
    from urllib3.exceptions import HTTPError

    checked_repository(url)
    with tempfile.TemporaryDirectory(prefix="facewright-template-") as place:
        folder = Path(place) / "template"
        try:
            porcelain.clone(url, str(folder), depth=1, errstream=BytesIO()).close()
        except (NotGitRepository, GitProtocolError, HTTPError, OSError, ValueError) as error:
            raise ProjectError(
                f"the template cannot be fetched: {url}: {error}",
                hint="check the address, and that git can reach it; nothing was written",
            ) from error
        yield folder


def begin_repository(folder: Path, url: str | None) -> None:
    """Make a folder a git repository of its own; nothing is committed.

    Args:
        folder: A folder that is in no repository.
        url: Where it will be pushed to, as the remote `origin`; or None.
    """
    from dulwich.repo import Repo

    with Repo.init(str(folder), default_branch=b"main") as repository:
        if url is not None:
            settings = repository.get_config()
            origin = (b"remote", b"origin")
            settings.set(origin, b"url", url.encode())
            settings.set(origin, b"fetch", b"+refs/heads/*:refs/remotes/origin/*")
            settings.write_to_path()


def in_repository(folder: Path) -> bool:
    """Whether a folder, which may not exist yet, is in a git repository."""
    return any((each / ".git").exists() for each in (folder, *folder.parents))
