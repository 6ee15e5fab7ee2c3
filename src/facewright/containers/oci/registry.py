"""Moving images between a layout and a registry, without a container engine.

Speaks the OCI Distribution Specification 1.1 through oras, which finds credentials where Docker
keeps them.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import requests
from oras.container import Container

from facewright.containers.oci.blobs import BLOCK
from facewright.containers.oci.descriptor import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    MANIFEST,
    Descriptor,
)
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.registry_http import RegistryHttp
from facewright.errors import ImageError
from facewright.system.digest import of_bytes

Hear = Callable[[int, int], None]
"""Hears how many bytes of how many were moved."""

_MANIFESTS = (INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
_INDEXES = (INDEX, DOCKER_LIST)
_MAX_MANIFEST = 4 << 20
_CHUNK = 16 << 20


class Registry:
    """A repository in a registry.

    Args:
        reference: The image; its host decides where requests go.
        plain_http: Whether to speak HTTP without TLS; always so with a registry on this machine.
    """

    def __init__(self, reference: Reference, *, plain_http: bool = False) -> None:
        self.reference = reference
        self._container = Container(f"{reference.registry}/{reference.path}")
        self._http = RegistryHttp(reference, plain_http=plain_http)

    def fetch(self, layout: Layout, wanted: Callable[[Descriptor], bool], hear: Hear) -> Descriptor:
        """Bring the image into a layout; blobs that are there already are not fetched again.

        Args:
            layout: Where to.
            wanted: Says of an index's entries which are fetched too.
            hear: Hears progress.

        Returns:
            Points to the manifest or index, whose digest was checked.

        Raises:
            ImageError: The registry does not answer, refuses, has no such image, or sends bytes
                that do not have the promised digest.
        """
        with self._http.signed_in():
            descriptor = self._manifest(layout, self.reference.digest or self.reference.tag)
            images = [descriptor]
            if descriptor.media_type in _INDEXES:
                entries = map(
                    Descriptor.from_json, _entries(_json(layout, descriptor), "manifests")
                )
                images = [
                    self._manifest(layout, entry.digest) for entry in entries if wanted(entry)
                ]
            blobs = [blob for image in images for blob in _blobs(_json(layout, image))]
            self._fetch_blobs(layout, blobs, hear)
        return descriptor

    def push(self, layout: Layout, descriptor: Descriptor, hear: Hear) -> None:
        """Send an image, and the images of an index; what the registry has is not sent again.

        The tag is set last, so that nobody sees half an image.

        Raises:
            ImageError: The registry does not answer or refuses, or a blob is missing here.
        """
        with self._http.signed_in():
            images = [descriptor]
            if descriptor.media_type in _INDEXES:
                records = _json(layout, descriptor)["manifests"]
                images = [*map(Descriptor.from_json, records), descriptor]
            blobs = [blob for image in images for blob in _blobs(_json(layout, image))]
            self._push_blobs(layout, blobs, hear)
            for image in images:
                self._put_manifest(layout, image, image.digest)
            if self.reference.digest is None:
                self._put_manifest(layout, descriptor, self.reference.tag)

    def digest(self) -> str | None:
        """Return the digest that the tag has in the registry, or None when it has no such tag."""
        with self._http.signed_in():
            found = self._document(self.reference.tag)
            return None if found is None else of_bytes(found[0])

    def refer(self, layout: Layout, documents: Sequence[dict[str, Any]], tag: str) -> None:
        """Send documents about an image, so that the registry lists them beside it.

        Args:
            layout: Holds them.
            documents: Entries of an index, for manifests with a `subject`.
            tag: Where a registry without the referrers API keeps their index, together with
                what others attached.

        Raises:
            ImageError: The registry does not answer or refuses, or a blob is missing here.
        """
        with self._http.signed_in():
            listed = True
            for document in map(Descriptor.from_json, documents):
                self._push_blobs(layout, _blobs(_json(layout, document)), lambda done, total: None)
                response = self._put_manifest(layout, document, document.digest)
                listed = listed and "OCI-Subject" in response.headers
            if not listed:
                index = {"schemaVersion": 2, "mediaType": INDEX}
                merged = {**index, "manifests": [*self._others(documents, tag), *documents]}
                self._put_manifest(layout, layout.write_json(merged, INDEX), tag)

    def _others(self, documents: Sequence[dict[str, Any]], tag: str) -> list[dict[str, Any]]:
        found = self._document(tag)
        entries = [] if found is None else _entries(_parsed(found[0]), "manifests")
        ours = {document["digest"] for document in documents}
        return [entry for entry in entries if Descriptor.from_json(entry).digest not in ours]

    def _manifest(self, layout: Layout, name: str) -> Descriptor:
        found = self._document(name)
        if found is None:
            raise ImageError(
                f"no such image: the registry has no {self.reference}",
                hint="check the name and the tag, and whether it needs `docker login`",
            )
        data, stated = found
        if name.startswith("sha256:") and of_bytes(data) != name:
            raise ImageError(f"the registry sent another manifest than {name}")
        media_type = str(_parsed(data).get("mediaType") or stated)
        return Descriptor(media_type, layout.blobs.write(data), len(data))

    def _document(self, name: str) -> tuple[bytes, str] | None:
        """Return a manifest's bytes and media type, or None where there is none."""
        headers = {"Accept": ", ".join(_MANIFESTS)}
        with self._http.do_request(
            self._url(name), "GET", headers=headers, stream=True
        ) as response:
            if response.status_code == 404:
                return None
            data = b""
            for block in response.iter_content(BLOCK):
                data += block
                if len(data) > _MAX_MANIFEST:
                    raise ImageError(
                        f"the registry sent a manifest of more than {_MAX_MANIFEST} bytes for "
                        f"{self.reference}"
                    )
            return data, response.headers.get("Content-Type", "")

    def _fetch_blobs(self, layout: Layout, blobs: list[Descriptor], hear: Hear) -> None:
        missing = [blob for blob in blobs if not layout.blobs.has(blob.digest)]
        total, done = sum(blob.size for blob in missing), 0
        _check_room(layout, total)
        for blob in missing:
            with (
                self._http.get_blob(self._container, blob.digest, stream=True) as response,
                layout.blobs.writing() as file,
            ):
                if response.status_code == 404:
                    raise ImageError(
                        f"the registry has no part {blob.digest} of {self.reference}",
                        hint="push that image again, or name another",
                    )
                for block in response.iter_content(BLOCK):
                    file.write(block)
                    hear(done + file.size, total)
                    if file.size > blob.size:
                        break
                if (file.digest, file.size) != (blob.digest, blob.size):
                    raise ImageError(
                        f"the registry sent other bytes than {blob.digest}: expected {blob.size} "
                        f"bytes, received {file.size} of {file.digest}",
                        hint="repeat the command; if it stays so, do not trust this registry",
                    )
            done += blob.size

    def _push_blobs(self, layout: Layout, blobs: list[Descriptor], hear: Hear) -> None:
        total, done = sum(blob.size for blob in blobs), 0
        for blob in blobs:
            layout.blobs.check(blob.digest)
            path = str(layout.blobs.path(blob.digest))
            in_parts = blob.size > _CHUNK
            self._http.upload_blob(path, self._container, blob.as_json(), in_parts, _CHUNK)
            done += blob.size
            hear(done, total)

    def _put_manifest(self, layout: Layout, descriptor: Descriptor, name: str) -> requests.Response:
        data = layout.blobs.read(descriptor.digest)
        headers = {"Content-Type": descriptor.media_type}
        return self._http.do_request(self._url(name), "PUT", data=data, headers=headers)

    def _url(self, name: str) -> str:
        return f"{self._http.root}/{self._container.api_prefix}/manifests/{name}"


def _check_room(layout: Layout, size: int) -> None:
    layout.folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(layout.folder).free
    if size > free:
        raise ImageError(
            f"no room for the image: it says that it has {size:,} bytes, {free:,} are free",
            hint=f"make room in {layout.folder}, if you trust where the image comes from",
        )


def _json(layout: Layout, descriptor: Descriptor) -> dict[str, Any]:
    return _parsed(layout.blobs.read(descriptor.digest))


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ImageError("a registry sent a manifest that is not JSON") from error
    if not isinstance(record, dict):
        raise ImageError("a registry sent a manifest that is not an object")
    return record


def _blobs(manifest: dict[str, Any]) -> list[Descriptor]:
    """Return what a manifest points to, each once; a lie about a size is one about the digest."""
    records = [manifest["config"], *_entries(manifest, "layers")] if "config" in manifest else []
    return list({blob.digest: blob for blob in map(Descriptor.from_json, records)}.values())


def _entries(document: dict[str, Any], name: str) -> list[Any]:
    found = document.get(name, [])
    if not isinstance(found, list):
        raise ImageError(f"a registry sent a manifest whose {name} are not a list")
    return found
