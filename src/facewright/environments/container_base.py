"""Containers need an image with a base, since Python is in it."""

from facewright.containers.oci.layout import Image
from facewright.errors import EngineError


def check_base(image: Image) -> None:
    """Refuse an image that only has our own layers.

    Raises:
        EngineError: It stands on no base.
    """
    history = image.config.get("history") or []
    if all(each.get("created_by") == "facewright" for each in history):
        raise EngineError(
            "the image stands on no base, so a container of it has no Python: it runs with the "
            "engine process only",
            hint="make one with `facewright image create … --base-image REF`, such as "
            "python:3.11-slim",
        )
