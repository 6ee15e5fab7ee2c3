"""`facewright service drift`: whether the faces a service sees are still like those of training."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.output import Format, OutputOption, QueryOption, emit
from facewright.cli.service.opening import opened_services

if TYPE_CHECKING:
    from facewright.serving.drift import Drift, Span

_COLUMNS = ("days", "faces", "unknown", "unknown_95", "similarity", "below_trained", "below_95")


def drift(
    id: Annotated[
        str | None, typer.Option("--id", "-i", metavar="ID", help="A service that runs.")
    ] = None,
    collected: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of collected answers, in place of a service."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The model that gave them, with DIR.")
    ] = None,
    recent: Annotated[int, typer.Option(min=1, metavar="DAYS", help="How many are recent.")] = 7,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Compare what a service answered with what training knew, and recent days with earlier."""
    from facewright.serving.drift import measure_drift

    if id is not None and collected is None and model is None:
        found = measure_drift(*_of_service(id), recent)
    elif id is None and collected is not None and model is not None:
        found = measure_drift(*_of_folder(collected, model), recent)
    else:
        raise typer.BadParameter("expected -i ID, or --collected DIR and --model FILE")
    for words in found.words:
        Console().say(words)
    if _wants_table(output) and query is None:
        emit([_row(span) for span in found.days], output=Format.TABLE, columns=_COLUMNS)
        emit(
            {"similarity": found.similarity, "unknown": found.unknown},
            output=Format.TABLE,
        )
    else:
        emit(_document(found), output=output, query=query)


def _of_service(id: str) -> tuple[Any, float, dict[str, Any]]:
    from facewright.client import Client
    from facewright.serving.drift import read_collected
    from facewright.settings import Settings

    with opened_services() as services:
        address = services.address(id)
    faces = read_collected(Settings().data_directory.absolute() / "modeldata", id)
    with Client(address.base, address.key) as client:
        model = client.model()
    return faces, model.threshold, model.evidence


def _of_folder(collected: Path, model: Path) -> tuple[Any, float, dict[str, Any]]:
    from facewright.recognizer.network import load_network
    from facewright.serving.drift import read_collected

    faces = read_collected(collected)
    rejection = load_network(model).contract.rejection
    return faces, rejection.threshold, rejection.evidence


def _wants_table(output: Format | None) -> bool:
    import sys

    return output is Format.TABLE or (output is None and sys.stdout.isatty())


def _document(found: "Drift") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found)


def _row(span: "Span") -> dict[str, Any]:
    return {
        "days": str(span.since),
        "faces": span.faces,
        "unknown": f"{span.unknown_rate:.1%}",
        "unknown_95": _between(span.unknown_interval),
        "similarity": "" if span.similarity is None else f"{span.similarity:.3f}",
        "below_trained": "" if span.below_median is None else f"{span.below_median:.1%}",
        "below_95": "" if span.below_interval is None else _between(span.below_interval),
    }


def _between(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.1%} to {interval[1]:.1%}"
