"""What a script reports: lines of JSON in `report/reported.jsonl`. Format 1.

Each line is one record, at most 64 KiB with its line end, appended by one `write`:

    {"kind": "metric", "name": "loss", "values": [0.7, 0.5], "step": 3, "at": 1795377699443}
    {"kind": "text", "name": "best", "value": "epoch 3", "at": …}
    {"kind": "parameter", "name": "epochs", "value": "5", "at": …}
    {"kind": "tag", "name": "note", "value": "second try", "at": …}
    {"kind": "child", "value": "fold 1", "parent": "<32 hex digits>" or null, "run": …, "at": …}
    {"kind": "ended", "value": "FINISHED", "run": …, "at": …}

`at` is in milliseconds since 1970. `run` names a nested run by 32 hexadecimal digits; without it a
record is the run's own. Values that JSON does not know are the strings `NaN`, `Infinity` and
`-Infinity`. Values of a metric have the steps `step`, `step + 1`, … Whoever reads skips lines that
are not records: they come from a script, so they can be anything.
"""

import json
import math
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LINE_LIMIT = 64 * 1024
SERIES_LIMIT = 1000
TEXT_LIMIT = 5000
NAME_LIMIT = 250

METRIC, TEXT, PARAMETER, TAG, CHILD, ENDED = (
    "metric",
    "text",
    "parameter",
    "tag",
    "child",
    "ended",
)
_WITH_NAME = (METRIC, TEXT, PARAMETER, TAG)
_WITHOUT_NAME = (CHILD, ENDED)
_NAME = re.compile(r"[\w.\- :][/\w.\- :]*")
_CHILD_ID = re.compile(r"[0-9a-f]{32}")
_UNKNOWN_TO_JSON = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_LARGEST = 2**53


@dataclass(frozen=True)
class Record:
    """One thing that a script reported.

    Attributes:
        kind: One of the six kinds.
        at: When, in milliseconds since 1970.
        name: Of a metric, text, parameter or tag; else empty.
        value: Of a text, parameter or tag; name of a nested run; status of its end.
        values: Of a metric, one for each step from `step` on.
        step: Of the first value.
        run: Nested run that it belongs to, or None for the run itself.
        parent: Of a nested run that began, the nested run above it, or None for the run itself.
    """

    kind: str
    at: int
    name: str = ""
    value: str = ""
    values: tuple[float, ...] = ()
    step: int = 0
    run: str | None = None
    parent: str | None = None


def is_name(name: str) -> bool:
    """Return whether MLflow takes the name of a metric, parameter or tag."""
    return (
        len(name) <= NAME_LIMIT
        and _NAME.fullmatch(name) is not None
        and posixpath.normpath(name) == name
        and not name.startswith(".")
    )


def line_of(record: Record) -> bytes:
    """Return the line of a record, with its line end.

    Raises:
        ValueError: The line would be longer than allowed.
    """
    content: dict[str, Any] = {"kind": record.kind, "at": record.at}
    if record.kind in _WITH_NAME:
        content["name"] = record.name
    if record.kind == METRIC:
        content |= {"values": [_known(value) for value in record.values], "step": record.step}
    else:
        content["value"] = record.value
    if record.kind == CHILD:
        content["parent"] = record.parent
    if record.run is not None:
        content["run"] = record.run
    line = json.dumps(content, allow_nan=False).encode() + b"\n"
    if len(line) > LINE_LIMIT:
        raise ValueError(f"a record of {len(line)} bytes, expected at most {LINE_LIMIT}")
    return line


def records(lines: bytes) -> Iterator[Record]:
    """Yield the records in lines that a script wrote; what is none is skipped."""
    for line in lines.split(b"\n"):
        if line and len(line) < LINE_LIMIT and (record := _record(line)) is not None:
            yield record


def _record(line: bytes) -> Record | None:
    try:
        content = json.loads(line)
        return _checked(content)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None


def _checked(content: dict[str, Any]) -> Record:
    kind, run, at = content["kind"], content.get("run"), _integer(content["at"])
    if run is not None and not _CHILD_ID.fullmatch(run):
        raise ValueError("not a nested run")
    if kind in _WITHOUT_NAME:
        return _about_nested(content, Record(kind, at, run=run))
    name = content["name"]
    if kind not in _WITH_NAME or not is_name(name):
        raise ValueError("not a record")
    if kind == METRIC:
        values = tuple(_number(value) for value in content["values"])
        if not 0 < len(values) <= SERIES_LIMIT:
            raise ValueError("too few or too many values")
        return Record(kind, at, name, values=values, step=_integer(content["step"]), run=run)
    return Record(kind, at, name, value=_text(content["value"]), run=run)


def _about_nested(content: dict[str, Any], record: Record) -> Record:
    parent = content.get("parent")
    if record.run is None or (parent is not None and not _CHILD_ID.fullmatch(parent)):
        raise ValueError("not a nested run")
    value = _text(content["value"])[:NAME_LIMIT]
    return Record(record.kind, record.at, value=value, run=record.run, parent=parent)


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        raise ValueError("not an integer")
    return value


def _number(value: object) -> float:
    if isinstance(value, str):
        return _UNKNOWN_TO_JSON[value]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("not a number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise ValueError("not a text, or too long a one")
    # Databases refuse lone surrogates and the character 0.
    return value.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _known(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
