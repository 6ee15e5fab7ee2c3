"""`-w` with a password, or without one, which asks for it."""

import getpass
import re
import sys
from typing import Any

from typer.core import TyperCommand

from facewright.cli.console import Console

ASK = "\0ask"
_FLAGS = ("-w", "--password")
_LONGEST = 4096


class PromptingCommand(TyperCommand):
    """A command whose `-w` may stand alone."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Fill in what stands for a password that is asked for."""
        return super().parse_args(ctx, _filled(args))


def password_of(given: str | None) -> str | None:
    """Return the password that was meant: the given one, or one that is asked for.

    Args:
        given: What followed `-w`; None without it.
    """
    if given != ASK:
        return given
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline(_LONGEST).rstrip("\r\n")


def _filled(args: list[str]) -> list[str]:
    filled = []
    for position, word in enumerate(args):
        filled.append(word)
        if word in _FLAGS:
            following = args[position + 1 : position + 2]
            if not following or following[0].startswith("-"):
                filled.append(ASK)
            else:
                _warn()
        elif re.match("--password=|-w.", word):
            _warn()
    return filled


def _warn() -> None:
    Console().say(
        "Warning: a password on the command line is seen by others on this machine and kept in "
        "the shell's history; give -w alone to be asked for it"
    )
