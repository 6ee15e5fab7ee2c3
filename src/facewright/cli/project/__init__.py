"""`facewright project`: folders that are remembered."""

import typer

from facewright.cli.project.create import create
from facewright.cli.project.delete import delete
from facewright.cli.project.look import list_, show
from facewright.cli.project.rebind import rebind
from facewright.cli.project.restore import restore
from facewright.cli.project.sample import app as sample
from facewright.cli.project.update import update

app = typer.Typer(no_args_is_help=True)
app.command("create")(create)
app.command("show")(show)
app.command("list")(list_)
app.command("update")(update)
app.command("delete")(delete)
app.command("rebind")(rebind)
app.command("restore")(restore)
app.add_typer(sample, name="sample")
