"""`facewright account`: what workspaces belong to, and what models do."""

import typer

from facewright.cli.account.experimentation import app as experimentation
from facewright.cli.account.modelmanagement import app as modelmanagement

app = typer.Typer(no_args_is_help=True)
app.add_typer(experimentation, name="experimentation")
app.add_typer(modelmanagement, name="modelmanagement")
