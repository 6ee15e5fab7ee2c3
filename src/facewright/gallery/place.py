"""Which database recognizers keep their people in, where a program says so."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import parse_qs

VARIABLE = "FACEWRIGHT_GALLERY_URL"
"""The variable that names the database of people, for servers and commands."""

GALLERY = "gallery"
"""The part of a URL's query that names the gallery in the database."""

_LONGEST_NAME = 64
_url: ContextVar[str | None] = ContextVar("gallery", default=None)


@contextmanager
def people_in_database(url: str | None) -> Iterator[None]:
    """Let recognizers that are loaded inside the block keep their people in a database.

    For a server that calls a script's `init()`, when its people are shared with other replicas.

    Args:
        url: Such as ``postgresql://ada:secret@host/people?gallery=doors``; None for the folder
            beside the model file.
    """
    token = _url.set(url)
    try:
        yield
    finally:
        _url.reset(token)


def database_of_people() -> str | None:
    """Return the URL; None for the folder beside the model file."""
    return _url.get()


def in_gallery(url: str, name: str) -> str:
    """Return the URL with the name of a gallery; one that it has stays.

    Args:
        url: A database's.
        name: Of a service; what a gallery's name cannot hold is left out.
    """
    query = url.partition("?")[2]
    if GALLERY in parse_qs(query):
        return url
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:_LONGEST_NAME].rstrip("-")
    return f"{url}{'&' if query else '' if url.endswith('?') else '?'}{GALLERY}={plain or 'people'}"
