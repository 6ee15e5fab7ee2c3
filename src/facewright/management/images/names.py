"""How engines and registries call an image: by the names that Docker allows."""

import re

from facewright.management.records import ImageRecord


def docker_name(image: ImageRecord) -> str:
    """Return ``name:version`` in small letters, as Docker wants it."""
    plain = re.sub(r"[^a-z0-9]+", lambda found: _separator(found[0]), image.name.lower())
    return f"{plain.strip('._-') or 'image'}:{image.version}"


def _separator(text: str) -> str:
    # Docker allows one dot, one or two underscores, or any number of dashes between letters.
    return text if text in (".", "_", "__") or set(text) == {"-"} else "-"
