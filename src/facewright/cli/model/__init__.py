"""`facewright model`: registered models and their versions."""

import typer

from facewright.cli.model.delete import delete
from facewright.cli.model.download import download
from facewright.cli.model.look import list_, show
from facewright.cli.model.register import register
from facewright.cli.model.score import score

app = typer.Typer(no_args_is_help=True)
app.command("register")(register)
app.command("show")(show)
app.command("list")(list_)
app.command("download")(download)
app.command("delete")(delete)
app.command("score")(score)
