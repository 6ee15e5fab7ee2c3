"""`facewright model score`: a model's answers for any number of photos, in Parquet."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.bulk import TargetOption, ToOption, WorkersOption, run_task
from facewright.cli.output import OutputOption, QueryOption


def score(
    photos: Annotated[
        str,
        typer.Option(metavar="DIR|URI", help="Photos, however deep; s3://bucket/prefix too."),
    ],
    model: Annotated[Path, typer.Option("--model", "-m", metavar="FILE", help="The model.")] = Path(
        "outputs/my_model.onnx"
    ),
    to: ToOption = "outputs/scores",
    target: TargetOption = None,
    workers: WorkersOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Name every face of a set of photos; run again, it does what is new."""
    from facewright.bulk.recipe import scoring_with
    from facewright.bulk.work import Task

    task = Task(source=photos, output=to, recipe=scoring_with(model))
    run_task(task, target, workers, output, query)
