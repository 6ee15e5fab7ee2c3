"""`facewright evaluate`: pairs of photos, and people against strangers."""

import typer

from facewright.cli.evaluate.pairs import pairs
from facewright.cli.evaluate.people import people

app = typer.Typer(no_args_is_help=True)
app.command("pairs")(pairs)
app.command("people")(people)
