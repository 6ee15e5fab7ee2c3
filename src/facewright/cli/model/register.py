"""`facewright model register`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.model.finding import found
from facewright.cli.model.opening import opened_models
from facewright.cli.model.publishing import publish_waiting

_MEGABYTE = 1_000_000


def register(
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "-m",
            metavar="FILE|DIR|URL",
            help="A file, a folder, an http(s) address, or assets/NAME.link.",
        ),
    ],
    name: Annotated[str, typer.Option("--name", "-n", help="Name of the model.")],
    tag: Annotated[
        list[str] | None, typer.Option("--tag", "-t", help="A tag; give it once for each.")
    ] = None,
    description: Annotated[
        str, typer.Option("--description", "-d", metavar="TEXT", help="What it is.")
    ] = "",
    limit: Annotated[
        int, typer.Option(metavar="MEGABYTES", min=1, help="How large it may be.")
    ] = 4000,
) -> None:
    """Keep a model under a name; each time one is registered it is the name's next version."""
    from facewright.management.models.models import Described
    from facewright.management.names import checked_name
    from facewright.settings import Settings

    checked_name(name, "model")
    data, console = Settings().data_directory.absolute(), Console()
    with opened_models() as models:
        with found(model, data, limit * _MEGABYTE) as (source, run):
            said = Described(name, description, tuple(tag or ()), run)
            with console.progress("Keeping the model") as progress:
                made = models.register(source, said, progress)
        publish_waiting(models)
    console.result("Successfully registered model")
    console.result(f"Id: {made.id}")
    console.result(f"More information: 'facewright model show -m {made.id}'")
