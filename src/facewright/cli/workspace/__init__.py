"""`facewright workspace`: what people share, and projects belong to."""

import typer

from facewright.cli.workspace.change import create, delete, update
from facewright.cli.workspace.look import list_, show

app = typer.Typer(no_args_is_help=True)
app.command("create")(create)
app.command("show")(show)
app.command("list")(list_)
app.command("update")(update)
app.command("delete")(delete)
