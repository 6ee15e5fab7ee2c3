"""`facewright env`: where services live."""

import typer

from facewright.cli.env.change import cluster, delete, local, set_
from facewright.cli.env.clusters import role
from facewright.cli.env.look import get_credentials, list_, show
from facewright.cli.env.setup import setup

app = typer.Typer(no_args_is_help=True)
app.command("setup")(setup)
app.command("list")(list_)
app.command("show")(show)
app.command("set")(set_)
app.command("local")(local)
app.command("cluster")(cluster)
app.command("role")(role)
app.command("get-credentials")(get_credentials)
app.command("delete")(delete)
