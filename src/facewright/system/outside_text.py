"""Texts from outside: what cannot be seen in them, and how they are shown in messages."""

import re

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHOWN = 70


def has_hidden(text: str) -> bool:
    """Return whether a text holds characters that cannot be seen, or that turn others around.

    Line feeds and tabs are no such characters, nor is the carriage return of a line's end.
    """
    return _HIDDEN.search(text.replace("\r\n", "\n")) is not None


def is_line(text: str, most: int) -> bool:
    """Return whether a text is 1 to `most` visible characters on one line."""
    return bool(text.strip()) and len(text) <= most and "\n" not in text and not has_hidden(text)


def shown(text: str) -> str:
    """Return a text for a message: quoted, and not too long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def article(what: str) -> str:
    """Return a noun with its article."""
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
