"""A file in a place."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Stored:
    """A file in a place.

    Attributes:
        path: Relative to the place, with forward slashes.
        size: Bytes.
        changed: When it changed, in nanoseconds since 1970.
    """

    path: str
    size: int
    changed: int
