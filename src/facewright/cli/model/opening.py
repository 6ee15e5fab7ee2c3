"""What the commands about models share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from facewright.management.models.models import Models
    from facewright.management.records import Model

ModelOption = Annotated[
    str, typer.Option("--model", "-m", metavar="NAME|ID", help="A model's id, or its name.")
]
TagFilter = Annotated[
    str | None, typer.Option("--tag", "-t", metavar="TAG", help="Only those with this tag.")
]


@contextmanager
def opened_models() -> Iterator["Models"]:
    """Yield the models that the settings name."""
    from facewright.database.database import open_database
    from facewright.management.models.files import ModelFiles
    from facewright.management.models.models import Models
    from facewright.settings import Settings

    settings = Settings()
    files = ModelFiles(settings.data_directory.absolute() / "store")
    with open_database(settings.database_url) as database:
        yield Models(database, files)


def as_data(model: "Model") -> dict[str, Any]:
    """Return a model as data."""
    from facewright.cli.spelling import spelled

    return spelled(model, created="CreatedAt")
