"""One image as a tar archive that `docker load` takes, of every release of Docker.

Engines before 25 do not load image layouts, but all of them load the older archive with
`manifest.json` (moby, "Docker Image Specification v1.2"); both name layers by path.
"""

import io
import json
import tarfile
from pathlib import Path

from facewright.containers.oci.blobs import BLOCK
from facewright.containers.oci.layout import Image, Layout
from facewright.errors import ImageError
from facewright.system.files import whole_file


def write_docker_archive(layout: Layout, image: Image, reference: str, path: Path) -> None:
    """Write the image of one platform as an archive for `docker load`.

    Args:
        layout: Holds its blobs.
        image: The image.
        reference: ``name:tag`` that it gets in the engine.
        path: The file.

    Raises:
        ImageError: A blob is missing.
    """
    config = _config_digest(layout, image)
    layers = [layer.digest for layer in image.layers]
    manifest = [
        {"Config": _name(config), "RepoTags": [reference], "Layers": [_name(x) for x in layers]}
    ]
    with (
        whole_file(path) as temporary,
        tarfile.TarFile(temporary, "w", format=tarfile.PAX_FORMAT, copybufsize=BLOCK) as archive,
    ):
        # An image may have the same layer twice, such as an empty one.
        for digest in dict.fromkeys([config, *layers]):
            if not layout.blobs.has(digest):
                raise ImageError(f"a part of an image is missing: {digest}")
            archive.add(layout.blobs.path(digest), _name(digest), filter=without_owner)
        data = json.dumps(manifest).encode()
        info = tarfile.TarInfo("manifest.json")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))


def _config_digest(layout: Layout, image: Image) -> str:
    return str(layout.document(image.manifest)["config"]["digest"])


def _name(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def without_owner(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Take out of a file's record what differs from machine to machine."""
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    info.mode = 0o644
    return info
