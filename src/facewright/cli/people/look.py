"""`facewright people list` and `facewright people show`."""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from facewright.cli.console import Console
from facewright.cli.people.options import (
    DEFAULT_MODEL,
    GalleryOption,
    ModelOption,
    NameArgument,
    Output,
    OutputOption,
    as_json,
    counted,
    open_gallery,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from facewright.gallery.person import Person
    from facewright.gallery.reader import Entry


def list_(
    model: ModelOption = DEFAULT_MODEL,
    gallery_url: GalleryOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show who was added."""
    entries = open_gallery(model, gallery_url).list()
    console = Console()
    if output is Output.JSON:
        console.result(as_json([entry._asdict() for entry in entries]))
    elif entries:
        console.table(_entries_table(entries))
    else:
        console.say("Nobody was added yet; `facewright people add NAME PHOTO…` adds a person")


def show(
    name: NameArgument,
    model: ModelOption = DEFAULT_MODEL,
    gallery_url: GalleryOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what is kept about a person."""
    person = open_gallery(model, gallery_url).show(name)
    console = Console()
    if output is Output.JSON:
        console.result(as_json(_record(person)))
        return
    console.table(_photos_table(person))
    console.result(f"Negatives: {counted(len(person.negatives), 'face')} of others")


def _entries_table(entries: "Sequence[Entry]") -> Table:
    table = Table()
    table.add_column("name", overflow="fold")
    for column in ("photos", "negatives", "chips"):
        table.add_column(column, justify="right")
    for entry in entries:
        table.add_row(Text(entry.name), *map(str, entry[1:]))
    return table


def _photos_table(person: "Person") -> Table:
    table = Table(title=Text(person.name), title_justify="left")
    table.add_column("photo (digest of its file)", overflow="fold")
    table.add_column("chip")
    for digest, chip in zip(person.digests, person.chips, strict=True):
        table.add_row(digest, "kept" if chip else "–")
    return table


def _record(person: "Person") -> dict[str, object]:
    return {
        "name": person.name,
        "photos": [
            {"digest": digest, "chip": chip is not None}
            for digest, chip in zip(person.digests, person.chips, strict=True)
        ],
        "negatives": len(person.negatives),
    }
