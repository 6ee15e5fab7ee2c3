"""What is worked on: photos by the digest of their content, and shards of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from facewright.system import digest

_DIGITS = 32
_FEWEST, _MOST, _SHARDS = 32, 4096, 1024


@dataclass(frozen=True)
class Photo:
    """One content, under every path it has.

    Attributes:
        digest: ``sha256:…`` of the file.
        paths: Relative to the source, sorted; more than one for copies.
    """

    digest: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Shard:
    """Photos that are done together and become one file each of rows and failures.

    Attributes:
        id: Hexadecimal digest of its photos and of what is made of them: doing it twice writes
            the same file twice.
        photos: What is in it.
    """

    id: str
    photos: tuple[Photo, ...]

    @property
    def paths(self) -> int:
        """How many paths its photos have."""
        return sum(len(photo.paths) for photo in self.photos)


@dataclass(frozen=True)
class Failure:
    """A photo without rows, and why.

    Attributes:
        path: Relative to the source.
        digest: Of the content; empty when it could not be read.
        code: Stable, for programs, such as ``no-face-found``.
        message: For people.
    """

    path: str
    digest: str
    code: str
    message: str


def shards_of(photos: Sequence[Photo], identity: str, size: int | None = None) -> list[Shard]:
    """Return photos in shards, in their order.

    Args:
        photos: What is to be done.
        identity: Digest of what is made of them.
        size: Photos in a shard; when None, as many as make about a thousand shards, 32 to 4096.
    """
    step = size or min(_MOST, max(_FEWEST, -(-len(photos) // _SHARDS)))
    parts = [tuple(photos[start : start + step]) for start in range(0, len(photos), step)]
    return [Shard(_id(part, identity), part) for part in parts]


def _id(photos: Sequence[Photo], identity: str) -> str:
    lines = [identity, *("\0".join([photo.digest, *photo.paths]) for photo in photos)]
    return digest.of_text("\n".join(lines)).removeprefix("sha256:")[:_DIGITS]
