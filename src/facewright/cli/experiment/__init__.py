"""`facewright experiment`: scripts that run on compute targets."""

import typer

from facewright.cli.experiment.control import cancel, clean
from facewright.cli.experiment.diagnostics import diagnostics
from facewright.cli.experiment.give_back import return_
from facewright.cli.experiment.logs import logs
from facewright.cli.experiment.look import list_, status
from facewright.cli.experiment.prepare import prepare
from facewright.cli.experiment.submit import submit

app = typer.Typer(no_args_is_help=True)
app.command("prepare")(prepare)
# What follows the script is the script's own.
app.command("submit", context_settings={"allow_interspersed_args": False})(submit)
app.command("status")(status)
app.command("list")(list_)
app.command("logs")(logs)
app.command("cancel")(cancel)
app.command("return")(return_)
app.command("clean")(clean)
app.command("diagnostics")(diagnostics)
