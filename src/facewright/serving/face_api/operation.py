"""One method of one path, as the OpenAPI document tells of it."""

from dataclasses import dataclass
from typing import Any

PHOTO_BODIES: dict[str, tuple[str, ...]] = {
    "photos": (),
    "file": ("file",),
    "two files": ("source_image", "target_image"),
}
"""Bodies that hold photos, and the fields they are in; any fields where none is named."""


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    Attributes:
        method: In lower case.
        path: As OpenAPI writes it.
        name: Its id.
        tag: One of `TAGS`.
        summary: What it does.
        body: A key of `PHOTO_BODIES`, a schema's name, or None.
        options: Name of the class of its query, or None.
        required: Names of required options, where there is no such class.
        answer: Name of the answer's schema, or None.
        answer_words: What the answer is.
        statuses: Of answers that are no failure.
        failures: Of failures besides those that any request may meet.
        media: Media type of the answer.
        example: An answer, or None.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    body: str | None = None
    options: str | None = None
    required: tuple[str, ...] = ()
    answer: str | None = None
    answer_words: str = "The answer"
    statuses: tuple[str, ...] = ("200",)
    failures: tuple[str, ...] = ()
    media: str = "application/json"
    example: Any = None
