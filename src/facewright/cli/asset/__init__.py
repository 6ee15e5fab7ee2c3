"""`facewright asset`: files of runs that were promoted."""

import typer

from facewright.cli.asset.download import download

app = typer.Typer(no_args_is_help=True)
app.command("download")(download)


@app.callback()
def options() -> None:
    """Keep the verb, although it is the only one."""
