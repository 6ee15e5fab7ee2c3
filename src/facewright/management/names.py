"""What may be called what: models, manifests, images, services, environments, accounts, tags."""

import re
import uuid
from collections.abc import Iterable

from facewright.errors import ManagementError
from facewright.system.outside_text import article, has_hidden, is_line, shown

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]{1,30}[a-z0-9]")
_ENVIRONMENT = re.compile(r"[a-z0-9]{1,20}")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,31}")
_MOST_TAGS = 50
_TAG = 255
_TEXT = 4000


def checked_name(name: str, what: str) -> str:
    """Return the name of a model, a manifest or an image.

    Args:
        name: 1 to 255 letters of ASCII, digits, dots, dashes and underscores; not a dot or a dash
            first, and not what could be an id.
        what: Such as ``model``.

    Raises:
        ManagementError: It cannot be one.
    """
    return _checked(
        _NAME.fullmatch(name) and id_in(name) is None,
        name,
        what,
        "1 to 255 letters, digits, dots, dashes or underscores, which are no id",
    )


def checked_service_name(name: str) -> str:
    """Return the name of a service.

    Raises:
        ManagementError: It cannot be one.
    """
    return _checked(
        _SERVICE.fullmatch(name),
        name,
        "service",
        "3 to 32 small letters, digits, dashes or dots, a letter or digit at both ends",
    )


def checked_environment_name(name: str) -> str:
    """Return the name of an environment.

    Raises:
        ManagementError: It cannot be one.
    """
    return _checked(
        _ENVIRONMENT.fullmatch(name), name, "environment", "1 to 20 small letters or digits"
    )


def checked_account_name(name: str) -> str:
    """Return the name of a model management account.

    Raises:
        ManagementError: It cannot be one.
    """
    return _checked(
        _ACCOUNT.fullmatch(name),
        name,
        "account",
        "2 to 32 letters, digits or dashes, the first not a dash",
    )


def id_in(text: str) -> str | None:
    """Return the id that a text is, as 32 hex digits, or None when it is a name."""
    try:
        return uuid.UUID(text).hex
    except ValueError:
        return None


def checked_text(text: str, what: str = "description") -> str:
    """Return a text of up to 4000 characters, on any number of lines.

    Raises:
        ManagementError: It is longer, or has characters that cannot be seen.
    """
    if len(text) > _TEXT or has_hidden(text):
        raise ManagementError(
            f"not {article(what)}: expected at most {_TEXT} visible characters, "
            f"received {len(text)}: {shown(text)}"
        )
    return text


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Return tags, each once: up to 50, of 1 to 255 visible characters on one line.

    Raises:
        ManagementError: There are more, or one cannot be seen.
    """
    each_once = list(dict.fromkeys(tags))
    if len(each_once) > _MOST_TAGS:
        raise ManagementError(
            f"too many tags: expected at most {_MOST_TAGS}, received {len(each_once)}"
        )
    for tag in each_once:
        if not is_line(tag, _TAG):
            raise ManagementError(
                f"not a tag: expected 1 to {_TAG} visible characters on one line, "
                f"received {shown(tag)}"
            )
    return each_once


def _checked(can_be: object, name: str, what: str, expected: str) -> str:
    if not can_be:
        raise ManagementError(
            f"not a name for {article(what)}: expected {expected}, received {shown(name)}",
            hint="choose another name",
        )
    return name
