"""`facewright image`: a service as a container image."""

import typer

from facewright.cli.image.create import create
from facewright.cli.image.delete import delete
from facewright.cli.image.look import list_, show, usage
from facewright.cli.image.move import export, push
from facewright.cli.image.scan import scan

app = typer.Typer(no_args_is_help=True)
app.command("create")(create)
app.command("show")(show)
app.command("list")(list_)
app.command("usage")(usage)
app.command("export")(export)
app.command("push")(push)
app.command("scan")(scan)
app.command("delete")(delete)
