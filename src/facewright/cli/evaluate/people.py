"""`facewright evaluate people`: a model, the people it knows, and strangers."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.evaluate.show import JsonOption, WorkersOption, show


def people(
    known: Annotated[Path, typer.Option(help="Folder of known people's folders.")],
    strangers: Annotated[Path, typer.Option(help="Folder of photos of others, however deep.")],
    model: Annotated[Path, typer.Option(help="The model file.")] = Path("outputs/my_model.onnx"),
    output: Annotated[Path, typer.Option(help="Folder for the report.")] = Path(
        "outputs/evaluation/people"
    ),
    json: JsonOption = False,
    workers: WorkersOption = None,
) -> None:
    """Show a model people it knows and strangers, and say how it answers."""
    from facewright.evaluation.people.evaluate import evaluate_people
    from facewright.evaluation.people.report import PeopleReport
    from facewright.evaluation.report.publish import check_output

    console = Console()
    check_output(output)
    result = evaluate_people(model, known, strangers, console, workers)
    show(PeopleReport(result), output, console, as_json=json)
