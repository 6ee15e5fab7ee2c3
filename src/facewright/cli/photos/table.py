"""The doctor's findings as a table for a terminal."""

from rich.table import Table
from rich.text import Text

from facewright.photobook.finding import Finding, Severity
from facewright.photobook.report import Report
from facewright.photobook.words import printable, summary

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_MOST_SHOWN = 4


def findings_table(report: Report) -> Table:
    """Return one row for each finding, the worst first."""
    table = Table(title="Findings", title_justify="left")
    table.add_column("severity", no_wrap=True)
    table.add_column("code", no_wrap=True)
    table.add_column("photos", overflow="fold")
    table.add_column("what and how one can tell", overflow="fold")
    for finding in report.findings:
        table.add_row(
            Text(finding.severity.value, style=_STYLES[finding.severity]),
            Text(finding.code),
            Text(_photos(finding)),
            Text(_words(finding)),
        )
    return table


def summary_line(report: Report) -> str:
    """Return how much was looked at and found, in one line."""
    people = len(report.people)
    return (
        f"{report.photos} photos in {people} {'folder' if people == 1 else 'folders'}: "
        f"{summary(report)}"
    )


def _photos(finding: Finding) -> str:
    names = [*finding.photos, *finding.conflicts] or [finding.person]
    more = [f"and {len(names) - _MOST_SHOWN} more"] if len(names) > _MOST_SHOWN else []
    return "\n".join([*map(printable, names[:_MOST_SHOWN]), *more])


def _words(finding: Finding) -> str:
    evidence = f"; {finding.evidence}" if finding.evidence else ""
    return printable(f"{finding.message}{evidence}")
