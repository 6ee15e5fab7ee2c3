"""`facewright runconfiguration`: how scripts are run, and where."""

import typer

from facewright.cli.runconfiguration.change import create, delete
from facewright.cli.runconfiguration.look import list_

app = typer.Typer(no_args_is_help=True)
app.command("list")(list_)
app.command("create")(create)
app.command("delete")(delete)
