"""`facewright account modelmanagement`: accounts that models belong to."""

import typer

from facewright.cli.account.modelmanagement.change import create, delete, set_, update
from facewright.cli.account.modelmanagement.look import list_, show

app = typer.Typer(no_args_is_help=True, help="Model management accounts; one is there already.")
app.command("create")(create)
app.command("set")(set_)
app.command("show")(show)
app.command("list")(list_)
app.command("update")(update)
app.command("delete")(delete)
