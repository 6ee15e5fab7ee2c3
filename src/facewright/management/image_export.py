"""Images as files for others: a layout, a packed layout, or an archive for `docker load`."""

import json
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from facewright.containers.oci.base import copy_image
from facewright.containers.oci.descriptor import Descriptor
from facewright.containers.oci.docker_archive import write_docker_archive
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.referrers import referrers_name
from facewright.errors import ImageError
from facewright.system.files import whole_file


def export_layout(layout: Layout, image: Descriptor, name: str, folder: Path) -> None:
    """Copy an image and the documents about it into a layout of its own, each blob checked.

    Raises:
        ImageError: The folder holds something else, or a blob is missing or damaged.
    """
    target = Layout(folder)
    if folder.exists() and not target.exists() and any(folder.iterdir()):
        raise ImageError(
            f"the folder is not empty and no image layout: {folder}",
            hint="name a new folder, or one that an image was exported to",
        )
    copy_image(layout, image, target)
    for manifest in manifests_of(layout, image):
        index = layout.names().get(referrers_name(manifest))
        if index is not None:
            _copy_referrers(layout, index, target)
            target.name(index, referrers_name(manifest))
    target.name(image, name)


def export_packed(layout: Layout, image: Descriptor, name: str, path: Path) -> None:
    """Write a tar file that holds a layout with one image."""
    with (
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".exporting-") as folder,
        whole_file(path) as temporary,
    ):
        made = Layout(Path(folder))
        copy_image(layout, image, made)
        made.name(image, name)
        with tarfile.open(temporary, "w", format=tarfile.PAX_FORMAT) as archive:
            for file in sorted(_files(Path(folder))):
                archive.add(file, file.relative_to(folder).as_posix(), filter=_plain)


def export_for_docker(layout: Layout, image: Image, name: str, path: Path) -> None:
    """Write an archive for `docker load` of the image of one platform.

    Raises:
        ImageError: The image has no base, so that no container can start.
    """
    for layer in image.layers:
        layout.blobs.check(layer.digest)
    write_docker_archive(layout, image, name, path)


def manifests_of(layout: Layout, image: Descriptor) -> list[Descriptor]:
    """Return the manifests that a descriptor leads to, one for each platform."""
    return [each.manifest for each in layout.images(image)]


def _copy_referrers(layout: Layout, index: Descriptor, target: Layout) -> None:
    data = layout.blobs.read(index.digest)
    for entry in map(Descriptor.from_json, json.loads(data)["manifests"]):
        document = layout.document(entry)
        for part in (document["config"], *document["layers"]):
            target.blobs.write(layout.blobs.read(part["digest"]))
        target.blobs.write(layout.blobs.read(entry.digest))
    target.blobs.write(data)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    info.mode = 0o644
    return info
