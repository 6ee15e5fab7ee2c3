"""`facewright service keys`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.service.opening import opened_services
from facewright.cli.service.options import IdOption


def keys(
    id: IdOption,
    regen: Annotated[bool, typer.Option("--regen", "-r", help="Replace a key.")] = False,
    key: Annotated[
        str | None,
        typer.Option("--key", "-k", metavar="Primary|Secondary", help="Which one to replace."),
    ] = None,
) -> None:
    """Show the keys of a service, or replace one; the other stays valid."""
    slot = (key or "").lower()
    if regen and slot not in ("primary", "secondary"):
        raise typer.BadParameter(
            f"expected --key Primary or --key Secondary with --regen, received {key or 'none'}"
        )
    if key is not None and not regen:
        raise typer.BadParameter("--key goes with --regen")
    with opened_services() as services:
        found = services.regenerate(id, slot, Console().say) if regen else services.keys_of(id)
    console = Console()
    console.result(f"PrimaryKey: {found.primary}")
    console.result(f"SecondaryKey: {found.secondary}")
