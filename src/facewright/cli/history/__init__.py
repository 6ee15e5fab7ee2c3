"""`facewright history`: what is remembered of runs."""

import typer

from facewright.cli.history.change import delete, promote
from facewright.cli.history.compare import compare
from facewright.cli.history.download import download
from facewright.cli.history.look import info, last, list_

app = typer.Typer(no_args_is_help=True)
app.command("list")(list_)
app.command("last")(last)
app.command("info")(info)
app.command("compare")(compare)
app.command("download")(download)
app.command("promote")(promote)
app.command("delete")(delete)
