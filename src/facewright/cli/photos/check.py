"""`facewright photos check`: what is wrong with a training folder."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.errors import ProjectError

if TYPE_CHECKING:
    from facewright.photobook.report import Report
    from facewright.settings import Settings


class FailOn(StrEnum):
    """From which severity on the command fails."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def check(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of people's folders of photos.")
    ],
    embedder: Annotated[
        str, typer.Option(help="Network that compares faces, as for `train`.")
    ] = "dlib-resnet-v1",
    detector: Annotated[str, typer.Option(help="Face detector, as for `train`.")] = "hog",
    output: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the report goes; it holds photos.")
    ] = Path("outputs/photos-check"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON instead of a table.")
    ] = False,
    fail_on: Annotated[
        FailOn, typer.Option(help="Leave with exit code 1 when there is this or worse.")
    ] = FailOn.ERROR,
) -> None:
    """Find duplicates, wrong labels and unusable photos in a training folder."""
    from facewright.photobook.files import write_report

    console = Console()
    report = _report(console, folder, embedder, detector)
    files = write_report(report, output)
    _show(console, report, as_json)
    for path in files:
        console.say(f"Wrote {path}")
    _fail(report, fail_on)


def _report(console: Console, folder: Path, embedder: str, detector: str) -> "Report":
    from facewright.embedders.catalogue import load_embedder
    from facewright.photobook.check import check_photos
    from facewright.photobook.folder import list_folder
    from facewright.photobook.survey import DetectorChoice
    from facewright.settings import Settings

    listing = list_folder(folder)
    settings = Settings()
    weights = shared_folder(settings)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    network = load_embedder(embedder, weights=weights, cache=settings.cache_directory)
    return check_photos(listing, network, DetectorChoice(detector, weights), console, cores or 1)


def shared_folder(settings: "Settings") -> Path | None:
    """Return where pretrained files are looked for: the project's shared folder, or the stated."""
    from facewright.projects.project import find_project

    try:
        return settings.shared_directory_of(find_project(Path.cwd()).name)
    except ProjectError:
        return settings.shared_directory


def _show(console: Console, report: "Report", as_json: bool) -> None:
    from facewright.cli.photos.table import findings_table, summary_line

    if as_json:
        console.result(report.to_json().rstrip("\n"))
        return
    if report.findings:
        console.table(findings_table(report))
    console.result(summary_line(report))


def _fail(report: "Report", fail_on: FailOn) -> None:
    from facewright.photobook.finding import Severity

    if fail_on is not FailOn.NEVER and report.has(Severity(fail_on.value)):
        raise typer.Exit(FAILED)
