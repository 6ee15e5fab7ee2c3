"""Names of images in registries, as Docker writes them."""

import re
from dataclasses import dataclass
from typing import Self

from facewright.errors import ImageError

_REFERENCE = re.compile(
    r"(?:(?P<host>[a-zA-Z0-9.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?)/)?"
    r"(?P<repository>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_PUBLIC_NAMES = ("docker.io", "index.docker.io")
_PUBLIC = "registry-1.docker.io"
_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")


@dataclass(frozen=True)
class Reference:
    """Where an image is in a registry.

    Attributes:
        host: Host and port of the registry; None for the public one that Docker means.
        repository: Path in it.
        tag: Name of a version.
        digest: Of the manifest; goes before the tag.
    """

    host: str | None
    repository: str
    tag: str = "latest"
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``host:port/path/name:tag`` or ``name@sha256:…``.

        Raises:
            ImageError: The text has another form.
        """
        match = _REFERENCE.fullmatch(text)
        if match is None:
            raise ImageError(
                f"not the name of an image: expected host/name:tag, received {text!r}",
                hint="names are lower-case, as in registry.example:5000/doors:1",
            )
        host, repository = match["host"], match["repository"]
        # As Docker decides: a first part is a host only when it cannot be a name.
        if host is not None and not re.search(r"[.:\[]|^localhost$", host):
            host, repository = None, f"{host}/{repository}"
        if host in _PUBLIC_NAMES:
            host = None
        return cls(host, repository, match["tag"] or "latest", match["digest"])

    def __str__(self) -> str:
        place = f"{self.host}/{self.repository}" if self.host else self.repository
        return f"{place}@{self.digest}" if self.digest else f"{place}:{self.tag}"

    @property
    def loopback(self) -> bool:
        """Return whether the registry is on this machine, where plain HTTP is usual."""
        return self.host is not None and _LOOPBACK.fullmatch(self.host) is not None

    @property
    def registry(self) -> str:
        """Return host and port of the registry that answers."""
        if self.host is None:
            return _PUBLIC
        return self.host if re.search(r"[.:]", self.host) else f"{self.host}:80"

    @property
    def path(self) -> str:
        """Return the repository as the registry calls it: the public one has unnamed owners."""
        official = self.host is None and "/" not in self.repository
        return f"library/{self.repository}" if official else self.repository
