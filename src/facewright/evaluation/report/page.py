"""What a report says, in a form that a terminal and a web page can both show."""

import base64
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from facewright.evaluation.intervals import Interval


@dataclass(frozen=True)
class Fact:
    """One line of a summary.

    Attributes:
        name: What was measured.
        value: How much it is, in words.
        interval: Its 95 % interval in words, or an empty text.
    """

    name: str
    value: str
    interval: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first column is text, the others are numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Figure:
    """A picture.

    Attributes:
        file: Name of its file in the report's folder.
        caption: What it shows, in a sentence.
        png: The file's bytes.
    """

    file: str
    caption: str
    png: bytes


@dataclass(frozen=True)
class Page:
    """A whole report.

    Attributes:
        title: Its headline.
        facts: The summary.
        notes: What a reader must know to judge the numbers, a sentence each.
        tables: Further tables.
        lists: Tables too long for a terminal, such as the photos without a face.
    """

    title: str
    facts: Sequence[Fact]
    notes: Sequence[str]
    tables: Sequence[Table] = ()
    lists: Sequence[Table] = ()


def percent(share: float) -> str:
    """Return a share in words, such as ``98.80 %``."""
    return f"{share:.2%}".replace("%", " %")


def between(interval: Interval) -> str:
    """Return an interval in words."""
    return f"{percent(interval[0])} – {percent(interval[1])}"


def as_html(page: Page, figures: Iterable[Figure]) -> str:
    """Return the report as one HTML file that needs no other; every text in it is escaped."""
    template = Template(
        files("facewright.evaluation.report").joinpath("page.html").read_text(encoding="utf-8")
    )
    summary = Table("", ("", "", "95 % interval"), [_cells(fact) for fact in page.facts])
    return template.substitute(
        title=html.escape(page.title),
        summary=_table(summary),
        notes="\n".join(f"<li>{html.escape(note)}</li>" for note in page.notes),
        figures="\n".join(map(_figure, figures)),
        tables="\n".join(map(_section, [*page.tables, *page.lists])),
    )


def _cells(fact: Fact) -> tuple[str, str, str]:
    return fact.name, fact.value, fact.interval


def _section(table: Table) -> str:
    return f"<h2>{html.escape(table.title)}</h2>\n{_table(table)}"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.columns)
    rows = "\n".join(f"<tr>{_row(row)}</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _row(row: Sequence[str]) -> str:
    first, *rest = map(html.escape, row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest)


def _figure(figure: Figure) -> str:
    data = base64.b64encode(figure.png).decode()
    caption = html.escape(figure.caption)
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )
