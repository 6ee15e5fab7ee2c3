"""Making an image from the command line: `image create`, and `service create` in one command."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from facewright.cli.console import Console
from facewright.cli.image.opening import opened_images

if TYPE_CHECKING:
    from facewright.management.images.order import ImageOrder
    from facewright.management.records import ImageRecord

_SECONDS_A_DOT = 0.2


def make_image(order: "ImageOrder", console: Console) -> "ImageRecord":
    """Make an image, telling with dots that it goes on."""
    with opened_images() as images:
        sys.stdout.write("Creating image")
        try:
            image = images.create(order, _dots())
        except BaseException:
            sys.stdout.write("\n")
            raise
        sys.stdout.write("Done.\n")
        sys.stdout.flush()
    return image


def default_base(manifest_id: str, console: Console) -> str | None:
    """Return the base image of the current environment; None where services need none."""
    from sqlalchemy import select

    from facewright.database.database import open_database
    from facewright.database.tables.management import EnvironmentRow, ManifestRow
    from facewright.management.images.order import slim_python
    from facewright.management.manifests.dependencies import running_python
    from facewright.settings import Settings

    settings = Settings()
    with open_database(settings.database_url) as database, database.read() as session:
        row = session.scalar(select(EnvironmentRow).where(EnvironmentRow.current))
        manifest = session.get(ManifestRow, manifest_id)
        python = (manifest.requirements.get("python") if manifest else None) or running_python()
    if row is not None and (named := row.details.get("base_image")):
        return str(named)
    if row is not None and row.engine != "process":
        return settings.base_image or slim_python(python)
    console.say(
        "No base image: services of an environment with the engine process can run it, Docker "
        "cannot; --base-image names one"
    )
    return None


def _dots() -> Callable[[str], None]:
    last = 0.0

    def hear(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_A_DOT:
            last = time.monotonic()
            sys.stdout.write(".")
            sys.stdout.flush()

    return hear
