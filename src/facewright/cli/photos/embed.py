"""`facewright photos embed`: the faces of any number of photos, as embeddings in Parquet."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.bulk import TargetOption, ToOption, WorkersOption, run_task
from facewright.cli.output import OutputOption, QueryOption

if TYPE_CHECKING:
    from facewright.bulk.recipe import EmbedRecipe


def embed(
    source: Annotated[
        str, typer.Argument(metavar="DIR|URI", help="Photos, however deep; s3://bucket/prefix too.")
    ],
    to: ToOption = "outputs/embeddings",
    model: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A model, whose detector and network are used."),
    ] = None,
    embedder: Annotated[
        str, typer.Option(help="Network, as for `train`; without --model.")
    ] = "dlib-resnet-v1",
    detector: Annotated[
        str, typer.Option(help="Face detector, as for `train`; without --model.")
    ] = "hog",
    target: TargetOption = None,
    workers: WorkersOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Embed every face of a set of photos; run again, it does what is new."""
    from facewright.bulk.recipe import embedding_with
    from facewright.bulk.work import Task

    recipe = embedding_with(model) if model else _recipe(embedder, detector)
    run_task(Task(source=source, output=to, recipe=recipe), target, workers, output, query)


def _recipe(embedder: str, detector: str) -> "EmbedRecipe":
    from facewright.bulk.recipe import embedding_of
    from facewright.cli.photos.check import shared_folder
    from facewright.embedders.catalogue import load_embedder
    from facewright.faces.detector import load_detector
    from facewright.settings import Settings
    from facewright.system import digest
    from facewright.system.files import write_bytes

    settings = Settings()
    weights, cache = shared_folder(settings), settings.cache_directory
    network = load_embedder(embedder, weights=weights, cache=cache)
    data = network.onnx_bytes()
    file = cache / "bulk" / f"{digest.of_bytes(data).removeprefix('sha256:')[:16]}.onnx"
    if not file.is_file():
        write_bytes(file, data)
    return embedding_of(network, load_detector(detector, weights=weights), file)
