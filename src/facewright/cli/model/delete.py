"""`facewright model delete`."""

import sys
from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.cli.model.opening import ModelOption, opened_models
from facewright.cli.model.publishing import publish_waiting, withdraw
from facewright.errors import ManagementError


def delete(
    model: ModelOption,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a model that no manifest holds; a name must have one version."""
    from facewright.management.models.models import known_as

    with opened_models() as models:
        versions = models.show(model)
        if len(versions) > 1:
            raise ManagementError(
                f"{model!r} has {len(versions)} versions: expected the id of one",
                hint=f"`facewright model show -m {model}` lists them",
            )
        models.check_unused(versions[0].id)
        if not yes and not _agreed(known_as(versions[0])):
            Console().say("Nothing was deleted")
            raise typer.Exit(FAILED)
        models.delete(versions[0].id, withdraw)
        Console().result(f"Deleted {known_as(versions[0])}")
        publish_waiting(models)


def _agreed(named: str) -> bool:
    if not sys.stdin.isatty():
        raise ManagementError(
            f"{named} was not deleted: expected an answer or --yes, and there is no terminal",
            hint="add --yes when you are sure",
        )
    return typer.confirm(f"Delete {named}?", err=True)
