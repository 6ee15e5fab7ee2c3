"""Descriptors: what points to a blob, by digest and size."""

import re
from dataclasses import dataclass, field
from typing import Any, Self

from facewright.errors import ImageError

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Platform:
    """What an image runs on.

    Attributes:
        os: Such as ``linux``.
        architecture: As Go names it: ``amd64``, ``arm64``.
        variant: Such as ``v8``, or None.
    """

    os: str = "linux"
    architecture: str = "amd64"
    variant: str | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``linux/arm64`` or ``linux/arm64/v8``.

        Raises:
            ImageError: The text has another form.
        """
        parts = text.split("/")
        if len(parts) not in (2, 3) or not all(re.fullmatch(r"[a-z0-9]+", part) for part in parts):
            raise ImageError(
                f"not a platform: expected a text such as linux/amd64, received {text!r}",
                hint="name it with --platform linux/amd64 or linux/arm64",
            )
        return cls(*parts)


@dataclass(frozen=True)
class Descriptor:
    """A pointer to a blob.

    Attributes:
        media_type: What the blob is.
        digest: ``sha256:…`` of its bytes.
        size: How many they are.
        platform: Of a manifest in an index.
        annotations: Names and values.
    """

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None
    annotations: dict[str, str] = field(default_factory=dict, hash=False)

    def as_json(self) -> dict[str, Any]:
        """Return the descriptor as image-spec writes it."""
        record: dict[str, Any] = {
            "mediaType": self.media_type,
            "digest": self.digest,
            "size": self.size,
        }
        if self.platform:
            pairs = vars(self.platform).items()
            record["platform"] = {name: value for name, value in pairs if value}
        if self.annotations:
            record["annotations"] = dict(sorted(self.annotations.items()))
        return record

    @classmethod
    def from_json(cls, record: Any) -> Self:
        """Read a descriptor that somebody else wrote.

        Raises:
            ImageError: It has no media type, digest or size, or the digest is not SHA-256.
        """
        try:
            digest, size = str(record["digest"]), int(record["size"])
            if not _DIGEST.fullmatch(digest) or size < 0:
                raise ValueError(f"digest {digest!r}, size {size}")
            return cls(
                str(record.get("mediaType", "")),
                digest,
                size,
                _platform(record.get("platform")),
                {str(name): str(value) for name, value in record.get("annotations", {}).items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ImageError(
                f"not a descriptor: expected mediaType, digest (sha256) and size: {error}",
                hint="the image was written by something else, or is damaged; fetch it again",
            ) from error


def _platform(record: Any) -> Platform | None:
    if record is None:
        return None
    return Platform(
        str(record.get("os", "linux")),
        str(record.get("architecture", "amd64")),
        str(record["variant"]) if record.get("variant") else None,
    )
