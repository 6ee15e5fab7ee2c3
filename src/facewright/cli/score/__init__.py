"""`facewright score`: a scoring script as a server, and the keys to it."""

import typer

from facewright.cli.score.keys import app as keys
from facewright.cli.score.serve import serve

app = typer.Typer(no_args_is_help=True)
app.command("serve")(serve)
app.add_typer(keys, name="keys")
