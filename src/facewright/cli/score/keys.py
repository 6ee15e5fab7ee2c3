"""`facewright score keys`: the keys of a server, in a file of their digests."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console

if TYPE_CHECKING:
    from facewright.serving.keys import Scope

app = typer.Typer(no_args_is_help=True, help="Keys of a server.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="Holds the keys' digests, no keys.")]
Holder = Annotated[str, typer.Option("--holder", help="Whose keys they are.")]


@app.command("create")
def create(
    file: File,
    holder: Holder = "default",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What they open: score, people, admin; may be repeated; all by default."),
    ] = None,
) -> None:
    """Make a primary and a secondary key, and show them this once."""
    from facewright.serving import keys

    scopes = [_scope(name) for name in scope or ()]
    made = keys.create(file, holder, scopes)
    console = Console()
    console.result(f"PrimaryKey: {made.primary}")
    console.result(f"SecondaryKey: {made.secondary}")
    console.say(f"Wrote {file}; the keys themselves are kept nowhere")


@app.command("show-ids")
def show_ids(file: File) -> None:
    """Show whose keys there are, by their ids."""
    from facewright.serving import keys

    console = Console()
    for name, holder in keys.read(file).items():
        for slot in keys.SLOTS:
            stored = holder.key(slot)
            scopes = ",".join(holder.scopes)
            console.result(f"{name}  {slot}  {stored.id}  {scopes}  {stored.created}")


@app.command("regenerate")
def regenerate(
    file: File,
    key: Annotated[str, typer.Option(help="Which one: primary or secondary.")],
    holder: Holder = "default",
) -> None:
    """Replace one key; the other stays valid. Servers read the file again by themselves."""
    from facewright.serving import keys

    slot = next((slot for slot in keys.SLOTS if slot == key.lower()), None)
    if slot is None:
        raise typer.BadParameter(f"expected primary or secondary, received {key}")
    made = keys.regenerate(file, slot, holder)
    Console().result(f"{slot.capitalize()}Key: {made}")


def _scope(name: str) -> "Scope":
    from facewright.serving import keys

    try:
        return keys.Scope(name)
    except ValueError:
        expected = ", ".join(keys.Scope)
        raise typer.BadParameter(f"expected one of {expected}, received {name}") from None
