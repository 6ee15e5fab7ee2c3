"""`facewright project sample list`: what a project can be made from."""

import typer

from facewright.cli.output import OutputOption, QueryOption, emit

app = typer.Typer(no_args_is_help=True, help="Templates to begin with.")


@app.callback()
def samples() -> None:
    """Keep `list` a verb of its own, though it is the only one."""


@app.command("list")
def list_(output: OutputOption = None, query: QueryOption = None) -> None:
    """Show the templates that `project create --template NAME` takes."""
    from dataclasses import asdict

    from facewright.projects.template import list_templates

    emit([asdict(each) for each in list_templates()], output=output, query=query)
