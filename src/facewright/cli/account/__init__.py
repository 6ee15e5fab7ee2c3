"""`facewright account`: experimentation accounts, which workspaces belong to."""

import typer

from facewright.cli.account.experimentation import app as experimentation

app = typer.Typer(no_args_is_help=True, help="Accounts.")
app.add_typer(experimentation, name="experimentation")
