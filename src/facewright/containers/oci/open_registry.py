"""The way to registries, whose libraries are an extra."""

from typing import TYPE_CHECKING

from facewright.containers.oci.reference import Reference
from facewright.errors import MissingLibrary

if TYPE_CHECKING:
    from facewright.containers.oci.registry import Registry


def open_registry(reference: Reference, *, plain_http: bool = False) -> "Registry":
    """Return the repository of a reference; nothing is asked yet.

    Raises:
        MissingLibrary: What speaks to registries is not installed.
    """
    try:
        from facewright.containers.oci.registry import Registry
    except ImportError as error:
        raise MissingLibrary(
            f"images in registries need the library {error.name}, which is not installed",
            hint="run `pip install 'facewright[registry]'`",
        ) from error
    return Registry(reference, plain_http=plain_http)
