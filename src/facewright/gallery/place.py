"""Which database recognizers keep their people in, where a program says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
