"""Nouns of the command line, whose verbs are loaded when somebody asks for them."""

from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from facewright.cli.original_flags import ORIGINAL_NOUNS, add_original_flags


class Noun(TyperGroup):
    """The verbs of ``facewright.cli.<name>``; the list of all nouns loads none of them."""

    _verbs: MutableMapping[str, Any] | None = None

    @property
    def commands(self) -> MutableMapping[str, Any]:
        """Load the verbs, by name."""
        if self._verbs is None:
            group = typer.main.get_command(import_module(f"facewright.cli.{self.name}").app)
            self._verbs = getattr(group, "commands", {})
            if self.name in ORIGINAL_NOUNS:
                add_original_flags(group)
        return self._verbs

    @commands.setter
    def commands(self, given: MutableMapping[str, Any]) -> None:
        self._verbs = given or None
