"""The command line: noun then verb. `facewright --help` loads no heavy library."""

import sys
from typing import Annotated

import typer

from facewright import __version__
from facewright.cli.demo.command import demo
from facewright.cli.errors import run_and_explain
from facewright.cli.new import new
from facewright.cli.noun import Noun
from facewright.cli.train import train

NOUNS = {
    "account": "Accounts.",
    "asset": "Files of runs that were promoted.",
    "computetarget": "Places where scripts can run.",
    "env": "Environments, in which services live.",
    "evaluate": "Measure accuracy: on pairs, on people and strangers.",
    "experiment": "Scripts that run on compute targets.",
    "history": "What is remembered of runs.",
    "image": "Images: a manifest, built to be run.",
    "manifest": "Manifests: a script, its models and packages.",
    "model": "Registered models and their versions.",
    "notebook": "Notebooks.",
    "people": "People added to a model without training.",
    "photos": "Folders of photos.",
    "project": "Projects: made, shown, changed, deleted.",
    "runconfiguration": "How scripts are run, and where.",
    "score": "Scoring scripts.",
    "service": "Services: images that run.",
    "workspace": "Workspaces, which hold projects.",
}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="From folders of photos to a running face-recognition service.",
)
app.command("new")(new)
app.command("train")(train)
app.command("demo")(demo)
for _noun, _help in NOUNS.items():
    app.add_typer(typer.Typer(cls=Noun, no_args_is_help=True, help=_help), name=_noun)


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
