"""`facewright notebook`: Jupyter in a project."""

import typer

from facewright.cli.notebook.start import start

app = typer.Typer(no_args_is_help=True)
app.command("start")(start)


@app.callback()
def notebook() -> None:
    """Keep the verb: an application of one command would lose it."""
