"""Labels in index order, and the file that turns a number into a name."""

import json
from collections.abc import Sequence

UNKNOWN = "unknown"
"""The folder of other people, and the answer for a stranger."""

NO_INDEX = "-1"
"""Index of the answer `unknown` when the head has no class of that name."""


def people(labels: Sequence[str]) -> list[str]:
    """Return the labels that are people, in their order."""
    return [label for label in labels if label != UNKNOWN]


def index_of(label: str, labels: Sequence[str]) -> str:
    """Return the index of a label as answers carry it: a string, `NO_INDEX` without a class."""
    return str(labels.index(label)) if label in labels else NO_INDEX


def number_to_text_label(labels: Sequence[str]) -> str:
    """Return the JSON text of `number_to_text_label.json`: index → name.

    Every index that an answer may carry is in it, so that callers of the original project can
    always look the name up.
    """
    names = {str(index): label for index, label in enumerate(labels)}
    if UNKNOWN not in labels:
        names[NO_INDEX] = UNKNOWN
    return json.dumps(names, indent=2, ensure_ascii=False) + "\n"
