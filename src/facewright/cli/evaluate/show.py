"""Showing a report: written to its folder, and as tables or as JSON on stdout."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer
from rich.table import Table
from rich.text import Text

from facewright.cli.console import Console

if TYPE_CHECKING:
    from facewright.evaluation.report.page import Fact, Figure, Page
    from facewright.evaluation.report.page import Table as PageTable

JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Processes; as many as there are cores when left out.")
]


class Report(Protocol):
    """What an evaluation says."""

    def record(self) -> dict[str, object]:
        """Return it as plain values."""
        ...

    def page(self) -> "Page":
        """Return it for people."""
        ...

    def figures(self) -> "Sequence[Figure]":
        """Return its pictures."""
        ...


def show(report: Report, output: Path, console: Console, *, as_json: bool) -> None:
    """Write a report to a folder and show it."""
    from facewright.evaluation.report import publish

    record, page = report.record(), report.page()
    written = publish.publish(output, record, page, report.figures())
    if as_json:
        console.result(publish.as_json(record))
    else:
        console.table(_summary(page.title, page.facts))
        for table in page.tables:
            console.table(_table(table))
    for line in [*page.notes, *(f"Wrote {path}" for path in written)]:
        console.say(line)


def _summary(title: str, facts: "Sequence[Fact]") -> Table:
    table = Table("", "", "95 % interval", title=title, title_justify="left")
    for fact in facts:
        table.add_row(Text(fact.name), Text(fact.value), Text(fact.interval))
    return table


def _table(content: "PageTable") -> Table:
    table = Table(title=Text(content.title), title_justify="left")
    for position, column in enumerate(content.columns):
        table.add_column(Text(column), justify="right" if position else "left")
    for row in content.rows:
        table.add_row(*map(Text, row))
    return table
