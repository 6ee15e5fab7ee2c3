"""`facewright people`: people a model knows without having been trained on them."""

import typer

from facewright.cli.people.add import add
from facewright.cli.people.change import remove, rename
from facewright.cli.people.look import list_, show
from facewright.cli.people.move import export, import_

app = typer.Typer(no_args_is_help=True)
app.command("add")(add)
app.command("list")(list_)
app.command("show")(show)
app.command("rename")(rename)
app.command("remove")(remove)
app.command("export")(export)
app.command("import")(import_)
