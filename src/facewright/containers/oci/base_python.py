"""Which Python a base image has: said by its variables, or seen in its layers."""

import re

from facewright.containers.oci.descriptor import Descriptor
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.tars import BROKEN, members
from facewright.errors import ImageError

_SAID = re.compile(r"PYTHON_VERSION=(\d+\.\d+)(?:\..*)?")
_SEEN = re.compile(r"(?:\./)?(?:usr/|usr/local/)?bin/python(3\.\d+)")


def base_python(layout: Layout, base: Image) -> str:
    """Return the minor version of Python that a base has, such as ``3.11``.

    Raises:
        ImageError: It has none, or several.
    """
    for variable in (base.config.get("config") or {}).get("Env") or []:
        if said := _SAID.fullmatch(str(variable)):
            return said[1]
    found = {version for layer in base.layers for version in _in_layer(layout, layer)}
    if len(found) != 1:
        raise ImageError(
            "the base image does not say which Python it has: expected the variable "
            f"PYTHON_VERSION or one bin/python3.X, found {', '.join(sorted(found)) or 'none'}",
            hint="say it with --python-version, or choose a base such as python:3.11-slim",
        )
    return found.pop()


def _in_layer(layout: Layout, layer: Descriptor) -> set[str]:
    try:
        found = members(layout.blobs.path(layer.digest))
        return {match[1] for _, member in found if (match := _SEEN.fullmatch(member.name))}
    except BROKEN:
        return set()  # compressed in another way: PYTHON_VERSION or the user has to say it
