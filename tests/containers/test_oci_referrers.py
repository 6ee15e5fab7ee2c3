"""Documents about images reach registries, with the referrers API and without it."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from registry_part import registry  # noqa: F401, a fixture

from facewright.containers.oci.build import Layer, Settings, write_image
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.referrers import (
    attach,
    attached,
    documents_about,
    referrers_name,
    write_document,
)
from facewright.containers.oci.registry import Registry
from facewright.containers.oci.registry_http import RegistryHttp
from facewright.management.images.push import push_image
from facewright.management.images.sbom import SBOM

SIGNATURE = "application/vnd.example.signature"


def image(layout: Layout) -> Descriptor:
    layer = Layer(write_layer([Entry.of_bytes("a", b"1")], layout.blobs), "")
    written = write_image(layout, [layer], Settings(("x",), "1:1", "/", 80), Platform(), None)
    attach(layout, written, SBOM, b'{"components":[]}')
    return written


def push(layout: Layout, sent: Descriptor, name: str, compression: str = "none") -> str:
    return push_image(
        layout,
        sent,
        Reference.parse(name),
        compression=compression,
        plain_http=False,
        hear=lambda done, total: None,
    )


def referrers(layout: Layout, repository: str, digest: str) -> dict[str, bytes]:
    """Return what a registry has about an image by artifact type, read as a client without API."""
    tag = f"{repository}:{digest.replace(':', '-')}"
    index = Registry(Reference.parse(tag)).fetch(
        layout, lambda entry: True, lambda done, total: None
    )
    found = {}
    for entry in layout.document(index)["manifests"]:
        manifest = layout.document(Descriptor.from_json(entry))
        assert manifest["subject"]["digest"] == digest
        found[entry["artifactType"]] = layout.blobs.read(manifest["layers"][0]["digest"])
    return found


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_the_bill_of_materials_goes_with_the_image(
    tmp_path: Path,
    registry: str,  # noqa: F811
    compression: str,
) -> None:
    layout, repository = Layout(tmp_path / "one"), f"{registry}/about/{compression}"
    digest = push(layout, image(layout), f"{repository}:1", compression)
    found = referrers(Layout(tmp_path / "two"), repository, digest)
    assert found == {SBOM: b'{"components":[]}'}


def test_what_others_attached_stays(tmp_path: Path, registry: str) -> None:  # noqa: F811
    layout, repository = Layout(tmp_path / "one"), f"{registry}/about/others"
    sent = image(layout)
    push(layout, sent, f"{repository}:1")
    signature = write_document(layout, sent, SIGNATURE, b"signed")
    Registry(Reference.parse(f"{repository}:1")).refer(layout, [signature], referrers_name(sent))
    push(layout, sent, f"{repository}:2")
    found = referrers(Layout(tmp_path / "two"), repository, sent.digest)
    assert found == {SBOM: b'{"components":[]}', SIGNATURE: b"signed"}


def test_a_registry_with_the_referrers_api_gets_no_tag(
    tmp_path: Path,
    registry: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = RegistryHttp.do_request

    def with_api(self: RegistryHttp, *arguments: Any, **named: Any) -> requests.Response:
        response = ask(self, *arguments, **named)
        sent = named.get("data") or b""
        if response.request.method == "PUT" and b'"subject"' in sent:
            # As distribution-spec 1.1 wants it of registries that list referrers themselves.
            response.headers["OCI-Subject"] = json.loads(sent)["subject"]["digest"]
        return response

    monkeypatch.setattr(RegistryHttp, "do_request", with_api)
    layout, repository = Layout(tmp_path), f"{registry}/about/api"
    digest = push(layout, image(layout), f"{repository}:1")
    tag = Reference.parse(f"{repository}:{digest.replace(':', '-')}")
    assert Registry(tag).digest() is None


def test_a_newer_document_takes_the_place_of_the_older(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    subject = image(layout)
    attach(layout, subject, SIGNATURE, b"signed")
    attach(layout, subject, SBOM, b"{}")
    assert attached(layout, subject, SBOM) == b"{}"
    kinds = [entry["artifactType"] for entry in documents_about(layout, subject)]
    assert kinds == [SIGNATURE, SBOM]
