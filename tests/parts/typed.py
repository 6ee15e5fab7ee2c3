"""Command lines run in the test's own process, which takes a tenth of starting one."""

import pytest
import typer
from ended import Ended

from facewright.cli.errors import run_and_explain
from facewright.cli.main import app


def typed(capsys: pytest.CaptureFixture[str], *words: object) -> Ended:
    """Run a command line and return how it ended."""
    command = typer.main.get_command(app)
    capsys.readouterr()
    try:
        code = run_and_explain(lambda: command.main([*map(str, words)], "facewright"))
    except SystemExit as ended:
        code = int(ended.code or 0)
    return Ended(code, *capsys.readouterr())
