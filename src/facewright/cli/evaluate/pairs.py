"""`facewright evaluate pairs`: the protocol of Labeled Faces in the Wild."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.evaluate.show import JsonOption, WorkersOption, show


def pairs(
    pairs: Annotated[Path, typer.Option(help="List of pairs, as LFW's pairs.txt.")],
    photos: Annotated[Path, typer.Option(help="Folder of <name>/<name>_0001.jpg.")],
    threshold_from: Annotated[
        Path | None, typer.Option(help="Another list of pairs, to choose the threshold on.")
    ] = None,
    embedder: Annotated[str, typer.Option(help="Name of an embedder.")] = "dlib-resnet-v1",
    detector: Annotated[
        str, typer.Option(help="Name of a detector; a face that is missed makes its pairs wrong.")
    ] = "hog+haar",
    model: Annotated[
        Path | None, typer.Option(help="A trained model, in place of embedder and detector.")
    ] = None,
    mirror: Annotated[
        bool, typer.Option(help="Average each chip's embedding with its mirror image's.")
    ] = True,
    output: Annotated[Path, typer.Option(help="Folder for the report.")] = Path(
        "outputs/evaluation/pairs"
    ),
    json: JsonOption = False,
    workers: WorkersOption = None,
) -> None:
    """Tell photos of one person from photos of two, and say how often that is right."""
    from facewright.evaluation.pairs.embedding import EmbeddingRecipe
    from facewright.evaluation.pairs.evaluate import PairsFiles, evaluate_pairs
    from facewright.evaluation.pairs.report import PairsReport
    from facewright.evaluation.report.publish import check_output
    from facewright.settings import Settings

    settings, console = Settings(), Console()
    check_output(output)
    recipe = EmbeddingRecipe(
        embedder, detector, model, mirror, settings.shared_directory, settings.cache_directory
    )
    files = PairsFiles(pairs, threshold_from, photos)
    result = evaluate_pairs(files, recipe, console, workers)
    show(PairsReport(result), output, console, as_json=json)
