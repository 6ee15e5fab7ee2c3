"""`facewright photos`: folders of photos, before anything is trained on them."""

import typer

from facewright.cli.photos.check import check
from facewright.cli.photos.embed import embed

app = typer.Typer(no_args_is_help=True)
app.command("check")(check)
app.command("embed")(embed)


@app.callback()
def photos() -> None:
    """Examine folders of photos, and embed the faces on them."""
