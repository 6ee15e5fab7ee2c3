"""`facewright history compare`: runs side by side."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.history.options import open_reader
from facewright.cli.output import OutputOption, QueryOption, emit

_NAMED_IN_ROWS = ("properties", "parameters", "tags")
_DIFFERS = "differs"


def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN…", help="Two or more runs.")],
    only_differences: Annotated[
        bool, typer.Option("--only-differences", help="Leave out what is the same in all.")
    ] = False,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show runs side by side, and where they differ."""
    records = open_reader(runs[0]).compare(runs)
    rows = compared(records)
    if only_differences:
        rows = [row for row in rows if row[_DIFFERS]]
        if not rows:
            Console().say("The runs do not differ")
    emit(rows, output=output, query=query)


def compared(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each field: its name, whether the runs differ, and each run's value.

    Args:
        records: Run records.
    """
    flat = {record["run_id"]: _flat(record) for record in records}
    fields = dict.fromkeys(field for values in flat.values() for field in values)
    return [
        _row(field, {run: values.get(field) for run, values in flat.items()}) for field in fields
    ]


def _row(field: str, values: dict[str, Any]) -> dict[str, Any]:
    texts = {repr(value) for value in values.values()}  # NaN equals NaN here
    return {"field": field, _DIFFERS: len(texts) > 1, **values}


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for field, value in record.items():
        if field in _NAMED_IN_ROWS and isinstance(value, dict):
            flat |= {f"{field}.{name}": each for name, each in value.items()}
        elif field != "run_id":
            flat[field] = value
    return flat
