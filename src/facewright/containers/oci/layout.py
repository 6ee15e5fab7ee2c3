"""Image layouts: a folder with blobs and an index of the images among them.

Follows image-spec's "Image Layout Specification": `oci-layout`, `index.json` and `blobs/`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from facewright.containers.oci.blobs import Blobs
from facewright.containers.oci.descriptor import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    MANIFEST,
    Descriptor,
    Platform,
)
from facewright.errors import ImageError
from facewright.system.files import write_bytes

NAME = "org.opencontainers.image.ref.name"
_VERSION = b'{"imageLayoutVersion":"1.0.0"}'


@dataclass(frozen=True)
class Image:
    """An image of one platform, as its layout describes it.

    Attributes:
        manifest: Points to its manifest.
        config: Its configuration, as image-spec has it.
        layers: Point to its layers, the lowest first.
    """

    manifest: Descriptor
    config: dict[str, Any]
    layers: tuple[Descriptor, ...]

    @property
    def platform(self) -> Platform:
        """Return what it runs on."""
        return Platform(
            str(self.config.get("os", "linux")),
            str(self.config.get("architecture", "amd64")),
            self.config.get("variant"),
        )

    @property
    def labels(self) -> dict[str, str]:
        """Return its labels."""
        return dict((self.config.get("config") or {}).get("Labels") or {})


class Layout:
    """An image layout; several processes may write to it at once.

    Args:
        folder: Where it is, or will be with the first image.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = Blobs(folder / "blobs")

    def exists(self) -> bool:
        """Return whether there is a layout."""
        return (self.folder / "oci-layout").is_file()

    def names(self) -> dict[str, Descriptor]:
        """Return what the index names.

        Raises:
            ImageError: The index cannot be read.
        """
        return {found.annotations.get(NAME, found.digest): found for found in self._index()}

    def name(self, descriptor: Descriptor, name: str) -> None:
        """Let `name` point to an image; the one it pointed to keeps its blobs."""
        named = replace(descriptor, annotations={**descriptor.annotations, NAME: name})
        with self._locked():
            kept = [found for found in self._index() if found.annotations.get(NAME) != name]
            self._write_index([*kept, named])

    def forget(self, name: str) -> None:
        """Take the name away; blobs stay until `collect`."""
        with self._locked():
            self._write_index(
                [found for found in self._index() if found.annotations.get(NAME) != name]
            )

    def images(self, descriptor: Descriptor) -> list[Image]:
        """Return the images a descriptor leads to: one, or one for each platform of an index.

        Raises:
            ImageError: A part is missing or damaged, or is of an unknown kind.
        """
        return [self._read(manifest) for manifest in self._manifests(descriptor)]

    def image(self, descriptor: Descriptor, platform: Platform) -> Image:
        """Return the image for a platform; those for others need not be here.

        Raises:
            ImageError: There is none for it.
        """
        others: list[Platform] = []
        for manifest in self._manifests(descriptor):
            stated = manifest.platform
            if stated is None or _runs_on(stated, platform):
                image = self._read(manifest)
                if _runs_on(image.platform, platform):
                    return image
                stated = image.platform
            others.append(stated)
        raise ImageError(
            f"no image for {platform}: there is one for {', '.join(map(str, others)) or 'nothing'}",
            hint="name a base image that has the platform, or leave the platform out",
        )

    def _manifests(self, descriptor: Descriptor) -> list[Descriptor]:
        if descriptor.media_type not in (INDEX, DOCKER_LIST):
            return [descriptor]
        entries = map(Descriptor.from_json, self.document(descriptor).get("manifests", []))
        return [entry for entry in entries if _is_image(entry)]

    def _read(self, descriptor: Descriptor) -> Image:
        if descriptor.media_type not in (MANIFEST, DOCKER_MANIFEST):
            raise ImageError(
                f"not an image: expected an OCI or Docker manifest, received "
                f"{descriptor.media_type or 'no media type'}"
            )
        record = self.document(descriptor)
        config = self.document(Descriptor.from_json(record.get("config")))
        layers = tuple(Descriptor.from_json(layer) for layer in record.get("layers", []))
        for layer in layers:
            self._check_size(layer)
        return Image(descriptor, config, layers)

    def _check_size(self, blob: Descriptor) -> None:
        path = self.blobs.path(blob.digest)
        # What is not here is missed by whoever needs it.
        if path.is_file() and (size := path.stat().st_size) != blob.size:
            raise ImageError(
                f"an image lies about a layer: it tells of {blob.size} bytes, {blob.digest} has "
                f"{size}",
                hint="take the image from a source that you trust",
            )

    def write_json(self, record: Any, media_type: str) -> Descriptor:
        """Keep a document of an image, in the one form that its digest is made from."""
        data = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
        return Descriptor(media_type, self.blobs.write(data), len(data))

    def document(self, descriptor: Descriptor) -> dict[str, Any]:
        """Return a manifest, an index or a configuration.

        Raises:
            ImageError: It is missing, damaged, or no JSON object.
        """
        try:
            record = json.loads(self.blobs.read(descriptor.digest))
        except (ValueError, RecursionError) as error:
            raise ImageError(f"a document of an image is not JSON: {descriptor.digest}") from error
        if not isinstance(record, dict):
            raise ImageError(f"a document of an image is not an object: {descriptor.digest}")
        return record

    def _index(self) -> list[Descriptor]:
        path = self.folder / "index.json"
        try:
            record = json.loads(path.read_bytes())
            return [Descriptor.from_json(entry) for entry in record["manifests"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ImageError(f"the index of an image layout cannot be read: {path}") from error

    def _write_index(self, entries: list[Descriptor]) -> None:
        index = {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": [entry.as_json() for entry in entries],
        }
        write_bytes(self.folder / "oci-layout", _VERSION)
        write_bytes(self.folder / "index.json", json.dumps(index, indent=1).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".lock"):
            yield


def _is_image(entry: Descriptor) -> bool:
    # BuildKit puts attestations beside the images, for the platform "unknown".
    return entry.platform is None or entry.platform.architecture != "unknown"


def _runs_on(have: Platform, want: Platform) -> bool:
    same = (have.os, have.architecture) == (want.os, want.architecture)
    return same and (want.variant is None or have.variant in (None, want.variant))
