"""What is inside an image, and what in it somebody should look at.

No vulnerabilities are looked up: that takes data that is new every day.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from facewright.containers.oci.descriptor import Descriptor
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.tars import BROKEN, members
from facewright.errors import ImageError, MissingLibrary

_KINDS = {
    "library": "package",
    "machine-learning-model": "model",
    "container": "container",
}
_SECRET_NAMES = re.compile(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env|\.netrc|\.pgpass|\.git-credentials|\.htpasswd|"
    r"\.pypirc|\.npmrc|credentials(?:\.json)?|service-account.*\.json|[^/]*\.(?:p12|pfx|jks|key))$"
)
_SECRET_TEXT = re.compile(
    rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}"
)
_LOOKED_INTO = 1 << 20
_SETID, _ANYBODY_WRITES, _STICKY = 0o6000, 0o002, 0o1000


def scan_image(layout: Layout, image: Image, about: dict[str, Any]) -> list[dict[str, str]]:
    """List an image's parts, then findings.

    Args:
        layout: Holds the image.
        image: Of one platform.
        about: Its bill of materials.

    Returns:
        Each with ``kind``, ``what`` and ``where``. Kinds besides ``package``, ``model`` and
        ``container`` are findings: ``other's rights``, ``anybody writes``, ``secret``,
        ``device``, ``leads outside``, ``no licence`` and ``not looked into``.
    """
    return [*_inside(about), *_unlicensed(about), *_odd(layout, image)]


def _inside(about: dict[str, Any]) -> Iterator[dict[str, str]]:
    for each in about["components"]:
        if kind := _KINDS.get(each["type"]):
            licence = f", {_licence(each)}" if each.get("licenses") else ""
            version = str(each["version"])[:30]
            yield {"kind": kind, "what": f"{each['name']} {version}{licence}", "where": ""}


def _licence(component: dict[str, Any]) -> str:
    said = component["licenses"][0]
    return str(said.get("expression") or said["license"]["name"])


def _unlicensed(about: dict[str, Any]) -> Iterator[dict[str, str]]:
    for each in about["components"]:
        if each["type"] == "library" and not each.get("licenses"):
            yield {"kind": "no licence", "what": f"{each['name']} states none", "where": ""}


def _odd(layout: Layout, image: Image) -> Iterator[dict[str, str]]:
    for layer in image.layers:
        try:
            for archive, member in members(layout.blobs.path(layer.digest)):
                yield from _about(archive, member)
        except (*BROKEN, ImageError, MissingLibrary) as error:
            yield _finding("not looked into", str(error), _short(layer))


def _about(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[dict[str, str]]:
    path = PurePosixPath("/", member.name)
    if member.isfile() and member.mode & _SETID:
        yield _finding("other's rights", "runs as its owner or group, whoever starts it", path)
    shared = member.mode & (_ANYBODY_WRITES | _STICKY) == _ANYBODY_WRITES
    if shared and (member.isfile() or member.isdir()):
        yield _finding("anybody writes", f"mode {member.mode:o}", path)
    if member.isdev() and not member.isfile():
        yield _finding("device", "opens a device of the machine, if the engine lets it", path)
    if ".." in path.parts or (member.islnk() and ".." in PurePosixPath(member.linkname).parts):
        yield _finding("leads outside", f"to {member.linkname or member.name}", path)
    if not member.isfile():
        return
    if _SECRET_NAMES.search(member.name):
        yield _finding("secret", "is named as keys and passwords are", path)
    elif member.size <= _LOOKED_INTO and path.parts[1:2] == ("app",):
        content = archive.extractfile(member)
        if content is not None and _SECRET_TEXT.search(content.read()):
            yield _finding("secret", "holds what looks like a key", path)


def _finding(kind: str, what: str, where: object) -> dict[str, str]:
    return {"kind": kind, "what": what, "where": str(where)}


def _short(layer: Descriptor) -> str:
    return f"the layer {layer.digest[:19]}"
