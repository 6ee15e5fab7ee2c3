"""Flags that each verb of the original's model management took, so that its users' lines run."""

import os
from typing import Annotated, Any

import typer
from typer.main import get_command

ORIGINAL_NOUNS = ("account", "env", "image", "manifest", "model", "service")


def add_original_flags(noun: Any) -> None:
    """Give each verb of a noun three hidden flags more.

    ``-v`` and ``--verbose`` change nothing: `-o json` holds the whole of everything. ``--debug``
    keeps tracebacks.
    """
    flags = [param for param in get_command(_holder()).params if param.name in ("verbose", "debug")]
    for flag in flags:
        flag.expose_value = False
    _add(noun, flags)


def _holder() -> typer.Typer:
    """Return a command line of nothing but the flags."""
    holder = typer.Typer()

    @holder.command()
    def flags(
        verbose: Annotated[bool, typer.Option("--verbose", "-v", hidden=True)] = False,
        debug: Annotated[bool, typer.Option("--debug", hidden=True, callback=_debug)] = False,
    ) -> None: ...

    return holder


def _add(command: Any, flags: list[Any]) -> None:
    if not hasattr(command, "commands"):
        command.params.extend(flags)
    for inner in getattr(command, "commands", {}).values():
        _add(inner, flags)


def _debug(wanted: bool) -> None:
    if wanted:
        os.environ["FACEWRIGHT_DEBUG"] = "1"
