"""Building: base layers, layers of ours and a configuration become an image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from facewright.containers.oci.descriptor import (
    CONFIG,
    INDEX,
    LAYER,
    MANIFEST,
    Descriptor,
    Platform,
)
from facewright.containers.oci.layout import Image, Layout
from facewright.errors import ImageError

_EPOCH = "1970-01-01T00:00:00Z"
_RUNTIME = ("Env", "Labels")
_DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
_OCI_NAMES = {_DOCKER_LAYER: LAYER, f"{_DOCKER_LAYER}.gzip": f"{LAYER}+gzip"}


@dataclass(frozen=True)
class Layer:
    """A layer of ours.

    Attributes:
        descriptor: Points to its tar archive, which is not compressed.
        comment: What it holds, for `docker history`.
    """

    descriptor: Descriptor
    comment: str


@dataclass(frozen=True)
class Settings:
    """How containers of an image start.

    Attributes:
        command: Arguments; the first is an absolute path or found on the base's PATH.
        user: ``uid:gid``, numbers, so that Kubernetes can see that it is not root.
        folder: Working directory.
        port: The port it listens on.
        environment: Variables, added to those of the base.
        labels: Added to those of the base.
    """

    command: Sequence[str]
    user: str
    folder: str
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def write_image(
    layout: Layout,
    layers: Sequence[Layer],
    settings: Settings,
    platform: Platform,
    base: Image | None,
) -> Descriptor:
    """Write the manifest of an image whose layers are in the layout.

    The same layers, settings and base make the same digest: no time of building goes in.

    Args:
        layout: Where to; holds the blobs of base and layers.
        layers: Of ours, the lowest first.
        settings: How its containers start.
        platform: What it runs on.
        base: What it stands on; None for an image of nothing but our layers.

    Returns:
        Points to the manifest.

    Raises:
        ImageError: A blob is missing, or the base contradicts itself.
    """
    below = _layers_of(base) if base else []
    descriptors = [*below, *(layer.descriptor for layer in layers)]
    for descriptor in descriptors:
        if not layout.blobs.has(descriptor.digest):
            raise ImageError(f"a layer is not in the layout: {descriptor.digest}")
    config = layout.write_json(_config(layers, settings, platform, base), CONFIG)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.as_json(),
        "layers": [descriptor.as_json() for descriptor in descriptors],
    }
    written = layout.write_json(manifest, MANIFEST)
    return Descriptor(MANIFEST, written.digest, written.size, platform)


def _layers_of(base: Image) -> list[Descriptor]:
    """Return a base's layers as OCI calls them, whoever wrote it."""
    stated = (base.config.get("rootfs") or {}).get("diff_ids") or []
    if len(stated) != len(base.layers):
        raise ImageError(
            f"the base image contradicts itself: its configuration tells of {len(stated)} layers, "
            f"its manifest of {len(base.layers)}",
            hint="take the base image from a source that you trust",
        )
    return [
        replace(layer, media_type=_OCI_NAMES.get(layer.media_type, layer.media_type))
        for layer in base.layers
    ]


def write_index(layout: Layout, manifests: Sequence[Descriptor]) -> Descriptor:
    """Write an index of images that differ in their platform only."""
    entries = sorted(manifests, key=lambda entry: str(entry.platform))
    record = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [entry.as_json() for entry in entries],
    }
    return layout.write_json(record, INDEX)


def _config(
    layers: Sequence[Layer], settings: Settings, platform: Platform, base: Image | None
) -> dict[str, Any]:
    below: dict[str, Any] = base.config if base else {}
    inherited = below.get("config") or {}
    return {
        "created": _EPOCH,
        **{name: value for name, value in vars(platform).items() if value},
        "config": {
            **{name: inherited[name] for name in _RUNTIME if inherited.get(name)},
            "Cmd": list(settings.command),
            "Env": _environment(inherited.get("Env") or [], settings.environment),
            "ExposedPorts": {f"{settings.port}/tcp": {}},
            "Labels": {**(inherited.get("Labels") or {}), **settings.labels},
            "User": settings.user,
            "WorkingDir": settings.folder,
        },
        "rootfs": {
            "type": "layers",
            "diff_ids": [
                *(below.get("rootfs") or {}).get("diff_ids", []),
                *(layer.descriptor.digest for layer in layers),
            ],
        },
        "history": [
            *(below.get("history") or []),
            *(
                {"created": _EPOCH, "created_by": "facewright", "comment": layer.comment}
                for layer in layers
            ),
        ],
    }


def _environment(base: Sequence[str], ours: Mapping[str, str]) -> list[str]:
    merged = dict(entry.partition("=")[::2] for entry in base)
    return [f"{name}={value}" for name, value in {**merged, **ours}.items()]
