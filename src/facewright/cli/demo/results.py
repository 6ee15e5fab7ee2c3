"""The demo's answers as tables."""

from collections import defaultdict

from rich.table import Table
from rich.text import Text

from facewright.cli.console import Console
from facewright.cli.demo.tour import Answered

_MOST_ROWS = 30


def show_results(console: Console, answered: list[Answered]) -> bool:
    """Show photo → name and probability, and how many were right.

    Returns:
        Whether all were.
    """
    if not answered:
        console.result("No photos to ask about: none were held out, and no probes were given")
        return False
    rows = answered if len(answered) <= _MOST_ROWS else _mistakes(answered)
    title = "Answers" if rows is answered else f"Wrong answers, of {len(answered)}"
    if rows:
        console.table(_answer_table(title, rows))
    console.table(_summary_table(answered))
    right = sum(entry.right for entry in answered)
    console.result(f"Right: {right} of {len(answered)} ({right / len(answered):.1%})")
    return right == len(answered)


def _mistakes(answered: list[Answered]) -> list[Answered]:
    return [entry for entry in answered if not entry.right]


def _answer_table(title: str, rows: list[Answered]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("photo", overflow="fold")
    table.add_column("shows")
    table.add_column("name")
    table.add_column("probability", justify="right")
    table.add_column("")
    for entry in rows:
        name, probability = _words(entry)
        shown = entry.photo.label
        photo = Text(f"{shown}/{entry.photo.path.name}")
        table.add_row(photo, Text(shown), Text(name), probability, "✓" if entry.right else "✗")
    return table


def _words(entry: Answered) -> tuple[str, str]:
    if entry.answer is None:
        return entry.problem or "no answer", "–"
    probability = entry.answer.probability
    return str(entry.answer.name), "–" if probability is None else f"{probability:.3f}"


def _summary_table(answered: list[Answered]) -> Table:
    groups: dict[str, list[Answered]] = defaultdict(list)
    for entry in answered:
        groups[entry.photo.label].append(entry)
    table = Table(title="Right, by person", title_justify="left")
    table.add_column("shows")
    table.add_column("photos", justify="right")
    table.add_column("right", justify="right")
    for label, entries in groups.items():
        right = sum(entry.right for entry in entries)
        table.add_row(Text(label), str(len(entries)), str(right))
    return table
