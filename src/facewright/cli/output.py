"""How data is printed: `-o json|jsonc|table|yaml|tsv|none` and `--query`, the same for every verb.

Data goes to stdout and nothing else does; without `-o` people get a table and pipes get JSON.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.plain import json_text, plain, visible
from facewright.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDEST = 10**6


class Format(StrEnum):
    """How data is printed."""

    JSON = "json"
    JSONC = "jsonc"
    TABLE = "table"
    YAML = "yaml"
    TSV = "tsv"
    NONE = "none"


def _checked_query(expression: str | None) -> str | None:
    # Looked at before the command starts: a slip must not come to light after something was made.
    if expression is not None:
        try:
            _compiled(expression)
        except InputError as error:
            raise typer.BadParameter(error.message) from error
    return expression


OutputOption = Annotated[
    Format | None,
    typer.Option("--output", "-o", help="How data is printed: a table, or JSON into a pipe."),
]
QueryOption = Annotated[
    str | None,
    typer.Option(metavar="JMESPATH", help="What to pick from the data.", callback=_checked_query),
]


def emit(
    data: dict[str, Any] | Sequence[Any],
    *,
    output: Format | None,
    query: str | None = None,
    columns: Sequence[str] | Mapping[str, str] | None = None,
) -> None:
    """Print data on stdout.

    Args:
        data: Dictionaries, lists, text, numbers, times and paths, nested as they come.
        output: The wish of the user; None for a table on a terminal and JSON elsewhere.
        query: JMESPath expression that picks from the data.
        columns: Keys a table shows, in this order; a mapping gives them other headings. Other
            formats hold everything, and so does the table of what a query picked.

    Raises:
        InputError: The query cannot be read, or does not fit the data.
    """
    picked: Any = data if query is None else _picked(data, query)
    chosen = output or (Format.TABLE if sys.stdout.isatty() else Format.JSON)
    if chosen is Format.TABLE:
        from facewright.cli.table import table

        shown = table(picked, columns if query is None else None)
        if shown is not None:
            _print(shown)
    elif chosen is Format.JSONC:
        from rich.json import JSON

        _print(JSON(json_text(plain(picked))), wrap=False)
    elif chosen is not Format.NONE:
        typer.echo(_WRITERS[chosen](plain(picked)), nl=False)


def _compiled(expression: str) -> Any:
    import jmespath

    try:
        return jmespath.compile(expression)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"not a JMESPath expression: {visible(expression[:200])}: {_first_line(error)}",
            hint="as in --query \"[?Name=='face'].Id\"; https://jmespath.org explains the rest",
        ) from error


def _picked(data: object, expression: str) -> Any:
    compiled = _compiled(expression)
    try:
        return compiled.search(plain(data))
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"the query does not fit the data: {visible(expression[:200])}: {_first_line(error)}",
            hint="print the data with -o json to see what it holds",
        ) from error


def _first_line(error: BaseException) -> str:
    return visible(str(error).partition("\n")[0].rstrip(":"))


def _print(shown: "RenderableType", *, wrap: bool = True) -> None:
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(file=sys.stdout, highlight=False)
    if console.is_terminal:
        console.print(shown, soft_wrap=not wrap)
        return
    # A pipe has no width to fit: one line for each row, so that grep and awk can be used.
    wide = console.options.update(width=_WIDEST)
    console.width = max(1, Measurement.get(console, wide, shown).maximum)
    with console.capture() as captured:
        console.print(shown)
    typer.echo("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()), nl=False)


def _json(value: object) -> str:
    return json_text(value) + "\n"


def _yaml(value: object) -> str:
    import yaml

    # Through JSON, so that nothing is an alias of something else.
    text = yaml.safe_dump(json.loads(json_text(value)), sort_keys=False, allow_unicode=True)
    return text.removesuffix("...\n")


def _tsv(value: object) -> str:
    rows = value if isinstance(value, list) else [] if value is None else [value]
    # Every row has every column, also those that only other rows fill.
    keys = dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row)
    return "".join("\t".join(map(_field, _cells(row, keys))) + "\n" for row in rows)


def _cells(row: object, keys: Iterable[str]) -> list[Any]:
    if isinstance(row, dict):
        return [row.get(key) for key in keys]
    return row if isinstance(row, list) else [row]


def _field(cell: object) -> str:
    if cell is None:
        return ""
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
    return visible(" ".join(text.replace("\r\n", "\n").replace("\t", "\n").splitlines()))


_WRITERS = {Format.JSON: _json, Format.YAML: _yaml, Format.TSV: _tsv}
