"""The id that ties an answer to the lines of the log."""

import uuid
from contextvars import ContextVar

NO_REQUEST = str(uuid.UUID(int=0))
"""What lines of the log carry that belong to no request, as the original's."""

MAX_LENGTH = 100

current: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)
"""The request being handled; threads that run a script see it too."""


def new() -> str:
    """Return a fresh id."""
    return str(uuid.uuid4())


def is_printable(given: str) -> bool:
    """Return whether a client's id is printable ASCII, and so fit for a log and a header."""
    return bool(given) and all(" " <= character <= "~" for character in given)
