"""The command line: noun then verb. `facewright --help` loads no heavy library."""

import sys
from typing import Annotated

import typer

from facewright import __version__
from facewright.cli.account import app as account
from facewright.cli.asset import app as asset
from facewright.cli.computetarget import app as computetarget
from facewright.cli.demo.command import demo
from facewright.cli.env import app as env
from facewright.cli.errors import run_and_explain
from facewright.cli.evaluate import app as evaluate
from facewright.cli.experiment import app as experiment
from facewright.cli.history import app as history
from facewright.cli.image import app as image
from facewright.cli.manifest import app as manifest
from facewright.cli.model import app as model
from facewright.cli.new import new
from facewright.cli.notebook import app as notebook
from facewright.cli.people import app as people
from facewright.cli.photos import app as photos
from facewright.cli.project import app as project
from facewright.cli.runconfiguration import app as runconfiguration
from facewright.cli.score import app as score
from facewright.cli.service import app as service
from facewright.cli.train import train
from facewright.cli.workspace import app as workspace

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From folders of photos to a running face-recognition service.",
)
app.command("new")(new)
app.command("train")(train)
app.command("demo")(demo)

app.add_typer(account, name="account")
app.add_typer(asset, name="asset")
app.add_typer(computetarget, name="computetarget")
app.add_typer(env, name="env")
app.add_typer(evaluate, name="evaluate")
app.add_typer(experiment, name="experiment")
app.add_typer(history, name="history")
app.add_typer(image, name="image")
app.add_typer(manifest, name="manifest")
app.add_typer(model, name="model")
app.add_typer(notebook, name="notebook")
app.add_typer(people, name="people")
app.add_typer(photos, name="photos")
app.add_typer(project, name="project")
app.add_typer(runconfiguration, name="runconfiguration")
app.add_typer(score, name="score")
app.add_typer(service, name="service")
app.add_typer(workspace, name="workspace")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"facewright {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that come before a command."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_and_explain(app))
