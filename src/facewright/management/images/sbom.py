"""A bill of materials: everything in an image, by name, version and digest, as CycloneDX 1.6.

The same image has the same bytes: its serial number is made from the image's digest, and no time
is in it.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import Any

from facewright import __version__
from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layout import Image
from facewright.management.images.left_out import metadata_of
from facewright.management.images.parts import Parts
from facewright.management.images.wheels import Wheel
from facewright.management.records import Model

SBOM = "application/vnd.cyclonedx+json"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/facewright")
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Inventory:
    """What an image holds.

    Attributes:
        parts: Model and application.
        wheels: Packages.
        platform: What it is for.
        base: What it stands on, or None.
        digest: Of the image's manifest.
    """

    parts: Parts
    wheels: tuple[Wheel, ...]
    platform: Platform
    base: Image | None
    digest: str


def bill_of_materials(inventory: Inventory) -> bytes:
    """Return the document."""
    record = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, inventory.digest)}",
        "version": 1,
        "metadata": {
            "component": _image(inventory),
            "tools": {
                "components": [
                    {"type": "application", "name": "facewright", "version": __version__}
                ]
            },
        },
        "components": list(_components(inventory)),
    }
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


def _image(inventory: Inventory) -> dict[str, Any]:
    return {
        "type": "container",
        "bom-ref": inventory.digest,
        "name": inventory.parts.name,
        "version": inventory.digest,
        "properties": [{"name": "platform", "value": str(inventory.platform)}],
    }


def _components(inventory: Inventory) -> Iterator[dict[str, Any]]:
    if inventory.base is not None:
        digest = inventory.base.manifest.digest
        yield {"type": "container", "bom-ref": digest, "name": "base image", "version": digest}
    for wheel in sorted(inventory.wheels, key=lambda each: each.file):
        yield _package(wheel)
    for model in inventory.parts.models:
        yield _model(model)
    for file in inventory.parts.app:
        yield {
            "type": "file",
            "bom-ref": f"file:{file.path}",
            "name": file.path,
            "hashes": _hashes(file.digest),
        }


def _package(wheel: Wheel) -> dict[str, Any]:
    metadata = HeaderParser().parsestr(metadata_of(wheel).partition("\n\n")[0])
    name = (metadata["Name"] or wheel.name).lower().replace("_", "-").replace(".", "-")
    purl = f"pkg:pypi/{name}@{wheel.version.replace('+', '%2B')}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": wheel.version,
        "purl": purl,
        "hashes": _hashes(wheel.digest),
    }
    if expression := metadata["License-Expression"]:
        component["licenses"] = [{"expression": str(expression)}]
    elif licence := _free_words(metadata["License"], metadata.get_all("Classifier") or []):
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def _free_words(said: str | None, classifiers: list[str]) -> str:
    """Return a licence as a package names it; some put its whole text where its name belongs."""
    if said and said.strip() and "\n" not in said and len(said) <= _LONGEST_NAME:
        return said.strip()
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    return ", ".join(named)


def _model(model: Model) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{model.name}:{model.digest}",
        "name": model.name,
        "version": model.digest,
        "hashes": [hash_ for file in model.files for hash_ in _hashes(file.digest)][:1],
    }


def _hashes(digest: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": digest.removeprefix("sha256:")}]
