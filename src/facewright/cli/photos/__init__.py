"""`facewright photos`: folders of photos, before anything is trained on them."""

import typer

from facewright.cli.photos.check import check

app = typer.Typer(no_args_is_help=True)
app.command("check")(check)


@app.callback()
def photos() -> None:
    """Examine folders of photos before anything is trained on them."""
