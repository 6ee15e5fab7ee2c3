"""Reading images that somebody else wrote into one tar file: `docker save`, or a packed layout."""

import json
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

from facewright.containers.oci.blobs import BLOCK, Blobs
from facewright.containers.oci.compression import suffix
from facewright.containers.oci.descriptor import CONFIG, LAYER, MANIFEST, Descriptor
from facewright.containers.oci.layout import NAME, Layout
from facewright.containers.oci.referrers import is_referrers_name
from facewright.containers.oci.tars import BROKEN, whole_archive
from facewright.errors import ImageError

_MAX_MEMBERS = 100_000
_MAX_TEXT = 8 << 20
_HINT = "make it with `docker save NAME -o FILE`, or pack an OCI image layout with tar"


def read_archive(path: Path, layout: Layout) -> Descriptor:
    """Take the one image of an archive into a layout.

    Args:
        path: A tar file, which may be compressed; names in it are looked up, never written to.
        layout: Where its blobs go.

    Raises:
        ImageError: The file is no such archive, holds several images, or names parts that it
            does not hold.
    """
    layout.folder.mkdir(parents=True, exist_ok=True)
    try:
        with whole_archive(path, layout.folder) as archive:
            return _Archive(archive, path, layout).read()
    except BROKEN as error:
        raise ImageError(f"not an archive of an image: {path}: {error}", hint=_HINT) from error


class _Archive:
    def __init__(self, archive: tarfile.TarFile, path: Path, layout: Layout) -> None:
        self._archive = archive
        self._path = path
        self._layout = layout
        self._members = _plain_members(archive, path)

    def read(self) -> Descriptor:
        if "index.json" in self._members:
            return self._packed_layout(self._json("index.json"))
        if "manifest.json" in self._members:
            return self._saved(self._json("manifest.json"))
        raise ImageError(
            f"not an archive of an image: {self._path} holds neither index.json nor manifest.json",
            hint=_HINT,
        )

    def _packed_layout(self, index: Any) -> Descriptor:
        if not isinstance(index, dict) or not isinstance(index.get("manifests"), list):
            raise self._wrong("index.json is not the index of a layout")
        found = map(Descriptor.from_json, index["manifests"])
        # Documents about the image are named, too.
        entries = [each for each in found if not is_referrers_name(each.annotations.get(NAME, ""))]
        if len(entries) != 1:
            raise self._wrong(f"expected one image, received {len(entries)}")
        for name in self._members:
            if name.startswith("blobs/sha256/"):
                self._blob(name, "sha256:" + name.rpartition("/")[2])
        self._layout.images(entries[0])
        return entries[0]

    def _saved(self, saved: Any) -> Descriptor:
        if not isinstance(saved, list) or len(saved) != 1 or not isinstance(saved[0], dict):
            raise self._wrong("expected one image in manifest.json")
        config, layers = saved[0].get("Config"), saved[0].get("Layers")
        if not isinstance(config, str) or not isinstance(layers, list):
            raise self._wrong("manifest.json names no configuration or no layers")
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self._keep(config, CONFIG).as_json(),
            "layers": [self._keep(str(layer), None).as_json() for layer in layers],
        }
        return self._layout.write_json(manifest, MANIFEST)

    def _keep(self, name: str, media_type: str | None) -> Descriptor:
        digest, size, start = self._blob(name, None)
        return Descriptor(media_type or LAYER + suffix(start), digest, size)

    def _blob(self, name: str, expected: str | None) -> tuple[str, int, bytes]:
        content = self._archive.extractfile(self._member(name))
        if content is None:
            raise self._wrong(f"{name} is not a plain file")
        start = b""
        with Blobs(self._layout.blobs.folder).writing() as file:
            while block := content.read(BLOCK):
                start = start or block[:4]
                file.write(block)
            if expected is not None and file.digest != expected:
                raise self._wrong(f"{name} has the digest {file.digest}")
        return file.digest, file.size, start

    def _json(self, name: str) -> Any:
        member = self._member(name)
        content = self._archive.extractfile(member)
        if content is None or member.size > _MAX_TEXT:
            raise self._wrong(f"{name} is not a small plain file")
        try:
            return json.load(content)
        except (ValueError, RecursionError) as error:
            raise self._wrong(f"{name} is not JSON") from error

    def _member(self, name: str) -> tarfile.TarInfo:
        if name not in self._members:
            raise self._wrong(f"it names {name!r}, which it does not hold")
        return self._members[name]

    def _wrong(self, what: str) -> ImageError:
        return ImageError(f"not an archive of an image: {self._path}: {what}", hint=_HINT)


def _plain_members(archive: tarfile.TarFile, path: Path) -> dict[str, tarfile.TarInfo]:
    # Old archives of `docker save` hold a layer once and links to it: those are followed, here.
    members: dict[str, tarfile.TarInfo] = {}
    links: dict[str, str] = {}
    for count, member in enumerate(archive):
        if count >= _MAX_MEMBERS:
            raise ImageError(f"an archive has too many files: {path}", hint=_HINT)
        name = str(PurePosixPath(member.name))
        if member.isfile():
            members[name] = member
        elif member.issym():
            links[name] = str(PurePosixPath(name).parent.parent / _below(member.linkname))
        elif member.islnk():
            links[name] = member.linkname
    members.update({name: members[at] for name, at in links.items() if at in members})
    return members


def _below(link: str) -> str:
    return link.removeprefix("../")
