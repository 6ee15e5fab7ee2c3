"""Images as files for others: a layout, a packed layout, or an archive for `docker load`."""

import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facewright.containers.oci.base import copy_image
from facewright.containers.oci.descriptor import Descriptor
from facewright.containers.oci.docker_archive import without_owner, write_docker_archive
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.referrers import referrers_name
from facewright.errors import ImageError
from facewright.management.images.names import docker_name
from facewright.management.images.order import slim_python
from facewright.management.manifests.dependencies import running_python
from facewright.management.records import ImageRecord
from facewright.system.files import whole_file


def export_layout(layout: Layout, image: ImageRecord, descriptor: Descriptor, place: Path) -> str:
    """Copy an image and the documents about it into a layout of its own, each blob checked.

    Args:
        layout: Holds it.
        image: What is remembered of it.
        descriptor: Points to it.
        place: A folder, or a file whose name ends with ``.tar`` for a packed layout.

    Returns:
        The name it has there.

    Raises:
        ImageError: The place holds something else or cannot be written, or a blob is missing or
            damaged.
    """
    name = docker_name(image)
    with _explained(place):
        if place.suffix == ".tar":
            _pack(layout, descriptor, name, place)
        else:
            _copy(layout, descriptor, name, place)
    return name


def export_for_docker(layout: Layout, image: ImageRecord, contents: Image, place: Path) -> str:
    """Write an archive for `docker load` of the image of one platform.

    Args:
        layout: Holds it.
        image: What is remembered of it.
        contents: What it holds for that platform.
        place: The file.

    Returns:
        The name it gets in the engine.

    Raises:
        ImageError: The image has no base, so that no container can start; the file cannot be
            written; or a blob is missing or damaged.
    """
    if image.base.get("name") is None:
        python = contents.labels.get("facewright.python", running_python())
        raise ImageError(
            f"Docker cannot run the image {image.name} {image.version}: it has no base image, so "
            "that there is no Python in it",
            hint=f"create it with a base: `facewright image create -n {image.name} --manifest-id "
            f"{image.manifest_id} --base-image {slim_python(python)}`",
        )
    name = docker_name(image)
    with _explained(place):
        for layer in contents.layers:
            layout.blobs.check(layer.digest)
        write_docker_archive(layout, contents, name, place)
    return name


def _copy(layout: Layout, image: Descriptor, name: str, folder: Path) -> None:
    target = Layout(folder)
    if folder.exists() and not target.exists() and any(folder.iterdir()):
        raise ImageError(
            f"the folder is not empty and no image layout: {folder}",
            hint="name a new folder, or one that an image was exported to",
        )
    copy_image(layout, image, target)
    for each in layout.images(image):
        index = layout.names().get(referrers_name(each.manifest))
        if index is not None:
            _copy_referrers(layout, index, target)
            target.name(index, referrers_name(each.manifest))
    target.name(image, name)


def _pack(layout: Layout, image: Descriptor, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".exporting-") as folder,
        whole_file(path) as temporary,
    ):
        _copy(layout, image, name, Path(folder))
        with tarfile.open(temporary, "w", format=tarfile.PAX_FORMAT) as archive:
            for file in sorted(_files(Path(folder))):
                archive.add(file, file.relative_to(folder).as_posix(), filter=without_owner)


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ImageError(
            f"{place} cannot be written: {error.strerror or error}",
            hint="make room there, or name another place",
        ) from error


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
