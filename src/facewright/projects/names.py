"""What may be called what, and said about it: names, texts, tags, addresses of repositories."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from facewright.errors import AccountError, ProjectError
from facewright.system.outside_text import article, has_hidden, is_line, shown

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,31}")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SCP = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9][A-Za-z0-9.-]*:[^:]+")
_SCHEMES = {"https", "http", "ssh", "git", "file"}
_MOST_TAGS = 50
_LINE = 90
_TEXT = 4000
_URL = 2000


def checked_name(name: str, what: str) -> str:
    """Return the name of an account or a workspace.

    Args:
        name: 2 to 32 letters of ASCII, digits and dashes, no dash first.
        what: Such as ``account``.

    Raises:
        AccountError: It cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise AccountError(
            f"not a name for {article(what)}: expected 2 to 32 letters, digits or dashes, the "
            f"first not a dash, received {shown(name)}",
            hint="choose another name",
        )
    return name


def checked_project_name(name: str) -> str:
    """Return the name of a project: 1 to 64 letters of ASCII, digits, dots, dashes, underscores.

    Raises:
        ProjectError: It cannot be one.
    """
    if not _PROJECT.fullmatch(name):
        raise ProjectError(
            "not a project's name: expected 1 to 64 letters, digits, dots, dashes or underscores, "
            f"received {shown(name)}",
            hint="give another one with --name",
        )
    return name


def key_of(name: str) -> str:
    """Return what names are compared by: case does not count."""
    return name.lower()


def checked_line(text: str, what: str) -> str:
    """Return a word or two, such as an owner, a location, a resource group.

    Raises:
        AccountError: Empty, over 64 characters, or with characters that cannot be seen.
    """
    if not is_line(text, _LINE):
        raise AccountError(
            f"not {article(what)}: expected 1 to {_LINE} visible characters on one line, "
            f"received {shown(text)}"
        )
    return text


def checked_text(text: str, what: str) -> str:
    """Return a text of up to 4000 characters, on any number of lines.

    Raises:
        AccountError: It is longer, or has characters that cannot be seen.
    """
    if len(text) > _TEXT or has_hidden(text):
        raise AccountError(
            f"not {article(what)}: expected at most {_TEXT} visible characters, "
            f"received {len(text)}: {shown(text)}"
        )
    return text


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags: up to 50, each a line by a line; the value may be empty.

    Raises:
        AccountError: There are more, or one cannot be seen.
    """
    if len(tags) > _MOST_TAGS:
        raise AccountError(f"too many tags: expected at most {_MOST_TAGS}, received {len(tags)}")
    return {
        checked_line(name, "tag"): checked_line(value, "tag's value") if value else ""
        for name, value in tags.items()
    }


def checked_repository(url: str) -> str:
    """Return the address of a git repository, which is kept, shown and given to git.

    Raises:
        ProjectError: It is none, or holds a password.
    """
    if len(url) > _URL or has_hidden(url) or "\n" in url or not is_repository(url):
        raise ProjectError(
            "not the address of a git repository: expected such as https://host/team/doors.git or "
            f"git@host:team/doors.git, received {shown(url)}"
        )
    if _password(url):
        raise ProjectError(
            "the repository's address holds a password, and it would be kept and shown",
            hint="leave it out; git asks for it, or a credential helper of git keeps it",
        )
    return url


def is_repository(url: str) -> bool:
    """Whether a text has the form of the address of a git repository."""
    if _SCP.fullmatch(url):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in _SCHEMES or " " in url:
        return False
    # A host that begins with a dash would be an option of the program that is asked to connect.
    return bool(parts.scheme == "file" or (parts.hostname and parts.hostname[0] != "-"))


def _password(url: str) -> bool:
    return not _SCP.fullmatch(url) and urlsplit(url).password is not None
