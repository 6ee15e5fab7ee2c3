"""Moving images between a layout and a registry, without a container engine.

Speaks the OCI Distribution Specification 1.1 through oras, which finds credentials where Docker
keeps them.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import oras.defaults
import oras.provider
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
from facewright.errors import ImageError
from facewright.system.digest import of_bytes

Hear = Callable[[int, int], None]
"""Hears how many bytes of how many were moved."""

_MANIFESTS = (INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
_INDEXES = (INDEX, DOCKER_LIST)
_MAX_MANIFEST = 4 << 20
_CHUNK = 16 << 20
_TIMEOUT = 10.0


class Registry:
    """A repository in a registry.

    Args:
        reference: The image; its host decides where requests go.
        plain_http: Whether to speak HTTP without TLS; always so with a registry on this machine.
    """

    def __init__(self, reference: Reference, *, plain_http: bool = False) -> None:
        logging.getLogger("oras").setLevel(logging.CRITICAL)  # it prints what we raise
        public = oras.defaults.registry.default_v2_registry["host"]
        library = reference.host is None and "/" not in reference.repository
        repository = f"library/{reference.repository}" if library else reference.repository
        self.reference = reference
        self._container = Container(f"{reference.host or public}/{repository}")
        self._http = oras.provider.Registry(insecure=plain_http or reference.loopback)
        self._root = f"{self._http.prefix}://{self._container.registry}/v2"

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
        with self._explained():
            descriptor = self._manifest(layout, self.reference.digest or self.reference.tag)
            images = [descriptor]
            if descriptor.media_type in _INDEXES:
                entries = map(Descriptor.from_json, _json(layout, descriptor)["manifests"])
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
        with self._explained():
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
        with self._explained():
            response = self._ask("GET", f"manifests/{self.reference.tag}", _accepting())
            return None if response.status_code == 404 else of_bytes(response.content)

    def _manifest(self, layout: Layout, name: str) -> Descriptor:
        response = self._ask("GET", f"manifests/{name}", _accepting())
        if response.status_code == 404:
            raise ImageError(
                f"no such image: the registry has no {self.reference}",
                hint="check the name and the tag, and whether it needs `docker login`",
            )
        data = response.content
        if len(data) > _MAX_MANIFEST or name.startswith("sha256:") and of_bytes(data) != name:
            raise ImageError(f"the registry sent another manifest than {name}")
        media_type = str(_parsed(data).get("mediaType") or response.headers.get("Content-Type", ""))
        return Descriptor(media_type, layout.blobs.write(data), len(data))

    def _fetch_blobs(self, layout: Layout, blobs: list[Descriptor], hear: Hear) -> None:
        missing = [blob for blob in blobs if not layout.blobs.has(blob.digest)]
        total, done = sum(blob.size for blob in missing), 0
        for blob in missing:
            with (
                self._http.get_blob(self._container, blob.digest, stream=True) as response,
                layout.blobs.writing() as file,
            ):
                response.raise_for_status()
                for block in response.iter_content(BLOCK):
                    file.write(block)
                    hear(done + file.size, total)
                    if file.size > blob.size:
                        break
                if (file.digest, file.size) != (blob.digest, blob.size):
                    raise ImageError(f"the registry sent other bytes than {blob.digest}")
            done += blob.size

    def _push_blobs(self, layout: Layout, blobs: list[Descriptor], hear: Hear) -> None:
        total, done = sum(blob.size for blob in blobs), 0
        for blob in blobs:
            layout.blobs.check(blob.digest)
            path = str(layout.blobs.path(blob.digest))
            response = self._http.upload_blob(
                path, self._container, blob.as_json(), blob.size > _CHUNK, _CHUNK
            )
            response.raise_for_status() if response.url else None
            done += blob.size
            hear(done, total)

    def _put_manifest(self, layout: Layout, descriptor: Descriptor, name: str) -> None:
        data = layout.blobs.read(descriptor.digest)
        headers = {"Content-Type": descriptor.media_type}
        self._ask("PUT", f"manifests/{name}", headers, data).raise_for_status()

    def _ask(
        self, method: str, path: str, headers: dict[str, str], data: bytes | None = None
    ) -> requests.Response:
        url = f"{self._root}/{self._container.api_prefix}/{path}"
        response: requests.Response = self._http.do_request(url, method, data=data, headers=headers)
        if response.status_code not in (404, 200, 201, 202):
            response.raise_for_status()
        return response

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            # oras waits two minutes for a registry that is not there, so that is asked first.
            requests.get(f"{self._root}/", timeout=_TIMEOUT)
            self._http.auth.load_configs(self._container)
            yield
        except requests.ConnectionError as error:
            raise ImageError(
                f"the registry does not answer: {self._container.registry}",
                hint="check the address and the network; a local layout needs no registry",
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise ImageError(
                f"the registry refused {self.reference}: {error}",
                hint="log in with `docker login`, or check the rights of the account",
            ) from error


def _accepting() -> dict[str, str]:
    return {"Accept": ", ".join(_MANIFESTS)}


def _json(layout: Layout, descriptor: Descriptor) -> dict[str, Any]:
    return _parsed(layout.blobs.read(descriptor.digest))


def _parsed(data: bytes) -> dict[str, Any]:
    import json

    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ImageError("a registry sent a manifest that is not JSON") from error
    if not isinstance(record, dict):
        raise ImageError("a registry sent a manifest that is not an object")
    return record


def _blobs(manifest: dict[str, Any]) -> list[Descriptor]:
    records = [manifest["config"], *manifest.get("layers", [])] if "config" in manifest else []
    return list({blob.digest: blob for blob in map(Descriptor.from_json, records)}.values())
