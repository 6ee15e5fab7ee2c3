"""`facewright account experimentation`: what workspaces belong to."""

import typer

from facewright.cli.account.experimentation.change import create, delete, update
from facewright.cli.account.experimentation.look import list_, show

app = typer.Typer(no_args_is_help=True, help="Accounts that workspaces belong to.")
app.command("create")(create)
app.command("show")(show)
app.command("list")(list_)
app.command("update")(update)
app.command("delete")(delete)
