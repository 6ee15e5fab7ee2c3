"""Data as a table for people."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from facewright.cli.plain import plain, visible

_MOST_DECIMAL = 1e6


def table(data: object, columns: Sequence[str] | Mapping[str, str] | None = None) -> Table | None:
    """Return data as a table, or None where there is nothing to show.

    A list gives a row for each item; a dictionary gives a line for each key.

    Args:
        data: What `emit` takes.
        columns: Keys to show, in this order; a mapping gives them other headings. None for all.
    """
    if data is None or (isinstance(data, list | tuple | dict) and not data):
        return None
    if isinstance(data, Mapping):
        return _of_one(data, columns)
    rows: list[Any] = list(data) if isinstance(data, list | tuple) else [data]
    if all(isinstance(row, Mapping) for row in rows):
        return _of_records(rows, columns)
    return _of_lists([list(row) if isinstance(row, list | tuple) else [row] for row in rows])


def _of_one(record: Mapping[str, Any], columns: Sequence[str] | Mapping[str, str] | None) -> Table:
    shown = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for key, heading in _headings([record], columns).items():
        shown.add_row(Text(visible(heading)), _cell(record.get(key)))
    return shown


def _of_records(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | Mapping[str, str] | None
) -> Table:
    headings = _headings(rows, columns)
    shown = _empty()
    for key, heading in headings.items():
        _add_column(shown, heading, [row.get(key) for row in rows])
    for row in rows:
        shown.add_row(*(_cell(row.get(key)) for key in headings))
    return shown


def _of_lists(rows: Sequence[Sequence[Any]]) -> Table:
    shown = _empty()
    shown.show_header = False
    width = max(map(len, rows))
    filled = [[*row, *[None] * (width - len(row))] for row in rows]
    for position in range(width):
        _add_column(shown, "", [row[position] for row in filled])
    for row in filled:
        shown.add_row(*map(_cell, row))
    return shown


def _headings(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | Mapping[str, str] | None
) -> dict[str, str]:
    if isinstance(columns, Mapping):
        return dict(columns)
    if columns is not None:
        return {key: key for key in columns}
    return {key: str(key) for row in rows for key in row}


def _empty() -> Table:
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)


def _add_column(shown: Table, heading: str, values: Sequence[object]) -> None:
    numbers = [isinstance(value, int | float) for value in values if value is not None]
    right = bool(numbers) and all(numbers)
    shown.add_column(Text(visible(heading)), overflow="fold", justify="right" if right else "left")


def _cell(value: object) -> Text:
    return Text(visible(_text(value)))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.replace(tzinfo=None).isoformat(timespec="seconds")
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < _MOST_DECIMAL else str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(each)}" for key, each in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        joint = "; " if any(isinstance(each, Mapping) for each in value) else ", "
        return joint.join(_text(each) for each in value)
    known = plain(value)
    return known if isinstance(known, str) else json.dumps(known)
