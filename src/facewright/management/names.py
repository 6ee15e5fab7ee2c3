"""What may be called what: models, manifests, images, services, environments, accounts, tags."""

import re
import uuid
from collections.abc import Iterable

from facewright.errors import ManagementError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]{1,30}[a-z0-9]")
_ENVIRONMENT = re.compile(r"[a-z0-9]{1,20}")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,31}")
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MOST_TAGS = 50
_TAG = 255
_TEXT = 4000
_SHOWN = 70


def checked_name(name: str, what: str) -> str:
    """Return the name of a model, a manifest or an image.

    Args:
        name: 1 to 255 letters of ASCII, digits, dots, dashes and underscores; not a dot or a dash
            first, and not what could be an id.
        what: Such as ``model``.

    Raises:
        ManagementError: It cannot be one.
    """
    if not _NAME.fullmatch(name) or id_in(name) is not None:
        raise ManagementError(
            f"not a name for {_article(what)}: expected 1 to 255 letters, digits, dots, dashes or "
            f"underscores, which are no id, received {shown(name)}",
            hint="choose another name",
        )
    return name


def checked_service_name(name: str) -> str:
    """Return the name of a service.

    Raises:
        ManagementError: It cannot be one.
    """
    if not _SERVICE.fullmatch(name):
        raise ManagementError(
            "not a name for a service: expected 3 to 32 small letters, digits, dashes or dots, a "
            f"letter or digit at both ends, received {shown(name)}",
            hint="choose another name",
        )
    return name


def checked_environment_name(name: str) -> str:
    """Return the name of an environment.

    Raises:
        ManagementError: It cannot be one.
    """
    if not _ENVIRONMENT.fullmatch(name):
        raise ManagementError(
            "not a name for an environment: expected 1 to 20 small letters or digits, received "
            f"{shown(name)}",
            hint="choose another name",
        )
    return name


def checked_account_name(name: str) -> str:
    """Return the name of a model management account.

    Raises:
        ManagementError: It cannot be one.
    """
    if not _ACCOUNT.fullmatch(name):
        raise ManagementError(
            "not a name for an account: expected 2 to 32 letters, digits or dashes, the first not "
            f"a dash, received {shown(name)}",
            hint="choose another name",
        )
    return name


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
    if len(text) > _TEXT or _HIDDEN.search(text.replace("\r\n", "\n")):
        raise ManagementError(
            f"not {_article(what)}: expected at most {_TEXT} visible characters, "
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
        if not tag.strip() or len(tag) > _TAG or "\n" in tag or _HIDDEN.search(tag):
            raise ManagementError(
                f"not a tag: expected 1 to {_TAG} visible characters on one line, "
                f"received {shown(tag)}"
            )
    return each_once


def shown(text: str) -> str:
    """Return a text from outside for a message: quoted, and not too long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
