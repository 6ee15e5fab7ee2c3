"""How a command ended."""

from typing import NamedTuple


class Ended(NamedTuple):
    """A command that ended."""

    code: int
    stdout: str
    stderr: str
