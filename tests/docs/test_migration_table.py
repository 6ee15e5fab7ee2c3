"""docs/migration.md says what became of every command of the original; this walks its tables."""

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from facewright.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "migration.md"
# Every command of the original with its flags, as its own client and its documentation gave them.
ORIGINAL = Path(__file__).with_name("original_commands.txt")
ROW = re.compile(r"\| (?P<gone>~~)?`(?P<command>[a-z -]+)`(?:~~)? \|(?P<rest>.*)\|")
FLAG = re.compile(r"`(-[^`]+)`")
SHORTEST_REASON = 15


class Row(NamedTuple):
    """A command of the original: what is there, what is not, and why."""

    command: str
    gone: bool
    there: list[str]
    missing: list[str]
    reason: str


def _rows() -> list[Row]:
    rows = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        match = ROW.fullmatch(line)
        cells = [cell.strip() for cell in match["rest"].split("|")] if match else []
        if match and len(cells) == 3:
            there, missing, _ = cells
            reason = FLAG.sub("", missing).strip(" :")
            flags = (FLAG.findall(there), FLAG.findall(missing))
            rows.append(Row(match["command"], bool(match["gone"]), *flags, reason))
    return rows


@cache
def _original() -> dict[str, list[str]]:
    found = {}
    for line in ORIGINAL.read_text(encoding="utf-8").splitlines():
        command, *flags = re.split(r" (?=-)", line)
        found[command] = [flag for flag in flags if flag != "-"]
    return found


@cache
def _commands() -> dict[str, Any]:
    found: dict[str, Any] = {}

    def walk(command: Any, path: tuple[str, ...]) -> None:
        found[" ".join(path)] = command
        for name, each in getattr(command, "commands", {}).items():
            walk(each, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def _flags(command: Any) -> set[str]:
    return {name for each in command.params for name in (*each.opts, *each.secondary_opts)}


def test_the_tables_hold_every_command_of_the_original_once() -> None:
    names = [row.command for row in _rows()]
    assert sorted(names) == sorted(_original())


def test_the_tables_hold_every_flag_of_the_original() -> None:
    for row in _rows():
        if not row.gone:
            assert sorted([*row.there, *row.missing]) == sorted(_original()[row.command])


@pytest.mark.parametrize("noun", ["account", "env", "image", "manifest", "model", "service"])
def test_the_verbs_of_model_management_take_the_flags_of_all_verbs(noun: str) -> None:
    verbs = [name for name in _original() if name.startswith(f"{noun} ")]
    for verb in set(verbs) & set(_commands()):
        assert {"-v", "--verbose", "--debug"} <= _flags(_commands()[verb])


@pytest.mark.parametrize("row", [row for row in _rows() if not row.gone], ids=lambda row: row[0])
def test_a_command_is_there_with_its_flags(row: Row) -> None:
    flags = _flags(_commands()[row.command])
    assert {name for flag in row.there for name in flag.split("/")} <= flags
    assert not {name for flag in row.missing for name in flag.split("/")} & flags
    assert bool(row.missing) == (len(row.reason) > SHORTEST_REASON)


@pytest.mark.parametrize("row", [row for row in _rows() if row.gone], ids=lambda row: row[0])
def test_a_command_that_is_not_there_has_a_reason(row: Row) -> None:
    assert row.command not in _commands()
    assert len(row.reason) > SHORTEST_REASON
    assert not row.there
