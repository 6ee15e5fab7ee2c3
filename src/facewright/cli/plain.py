"""Values as plain JSON, and text that is safe to show on a terminal."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

# Controls, line separators, marks that turn the direction of text, and halves of characters, which
# stand for the bytes of a file's name that are no text.
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(value: object) -> Any:
    """Return a value of None, booleans, numbers, text, lists and dictionaries with text keys.

    Times become ISO 8601; what is not a finite number becomes None, since JSON has no word for
    it; anything unknown, such as a path or a UUID, becomes its text.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain(each) for each in value]
    return str(value)


def json_text(value: object) -> str:
    """Return JSON for people and programs, without a line end."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] != "\n" else "\n", text)


def visible(text: str) -> str:
    """Return text on one line, with what cannot be seen written out, as Python would write it.

    Text comes from outside; raw, it could move the cursor or recolour what was printed before.
    """
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)
