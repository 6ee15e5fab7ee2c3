"""`facewright manifest`: what a service is made of, checked and locked."""

import typer

from facewright.cli.manifest.create import create
from facewright.cli.manifest.delete import delete
from facewright.cli.manifest.look import list_, show

app = typer.Typer(no_args_is_help=True)
app.command("create")(create)
app.command("show")(show)
app.command("list")(list_)
app.command("delete")(delete)
