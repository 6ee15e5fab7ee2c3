"""Showing what a run prints, and how it ended."""

import sys
from typing import TYPE_CHECKING

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED, INTERRUPTED

if TYPE_CHECKING:
    from facewright.runs.journal import Journal


def show_until_over(journal: "Journal", console: Console) -> None:
    """Print what a run prints, then its end; leave with 1 unless it is Completed.

    Ctrl-C ends the showing and not the run.
    """
    from facewright.runs.record import RunStatus
    from facewright.runs.stream import follow

    try:
        for piece in follow(journal, console.say):
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
    except KeyboardInterrupt:
        console.say(f"\nThe run {journal.run_id} goes on")
        console.say(f"  follow it: facewright experiment logs -r {journal.run_id} --follow")
        console.say(f"  end it:    facewright experiment cancel -r {journal.run_id}")
        raise typer.Exit(INTERRUPTED) from None
    show_end(journal, console)
    if journal.status() is not RunStatus.COMPLETED:
        raise typer.Exit(FAILED)


def show_end(journal: "Journal", console: Console) -> None:
    """Print how a run ended."""
    from facewright.runs.describe import describe, latest_numbers

    found = describe(journal)
    console.result("\nExecution Details")
    console.result("=================")
    lines = {"RunId": journal.run_id, "Status": found["status"], "Reason": found["reason"]}
    if found["duration"] is not None:
        lines["Duration"] = f"{found['duration']:.1f} s"
    lines |= {"Target": found["target"], "Outputs": _outputs(journal)}
    if found["history"] == "following":
        lines["History"] = "takes the rest in from now on"
    elif found["history"].startswith("waiting"):
        lines["History"] = found["history"]
    numbers = latest_numbers(journal)
    if numbers:
        lines["Metrics"] = ", ".join(f"{name} {value:.4g}" for name, value in numbers.items())
    for name, value in lines.items():
        if value is not None:
            console.result(f"{name}: {value}")


def _outputs(journal: "Journal") -> str:
    count = sum(path.is_file() for path in journal.outputs.rglob("*"))
    if not count:
        return "none"
    files = "1 file" if count == 1 else f"{count} files"
    return f"{files}; `facewright experiment return -r {journal.run_id}` brings them to outputs/"
