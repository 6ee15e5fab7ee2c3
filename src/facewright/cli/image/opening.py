"""What the commands about images share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from facewright.management.images.images import Images
    from facewright.management.records import ImageRecord

ImageOption = Annotated[str, typer.Option("--image-id", "-i", metavar="ID", help="The image.")]


@contextmanager
def opened_images() -> Iterator["Images"]:
    """Yield the images that the settings name."""
    from facewright.database.database import open_database
    from facewright.management.images.images import Images
    from facewright.management.models.files import ModelFiles
    from facewright.management.models.models import Models
    from facewright.settings import Settings

    settings = Settings()
    data = settings.data_directory.absolute()
    with open_database(settings.database_url) as database:
        models = Models(database, ModelFiles(data / "store"))
        yield Images(database, models, data, settings.cache_directory.absolute() / "wheels")


def as_data(image: "ImageRecord") -> dict[str, Any]:
    """Return an image as data."""
    from facewright.cli.spelling import spelled

    named = spelled(image, created="CreatedTime", state="CreationState", location="ImageLocation")
    return named | {"ImageType": "Docker"}
