"""What is inside an image: its bill of materials, a scan, and copies for others."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from image_project import SCRIPT

from facewright.containers.oci.base import fetch_base
from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.referrers import attached
from facewright.errors import ImageError
from facewright.management.images.images import Images
from facewright.management.images.sbom import SBOM
from facewright.management.images.scan import scan_image
from facewright.management.records import ImageRecord

Create = Callable[..., ImageRecord]


@pytest.mark.parametrize("place", ["layout", "layout.tar"])
def test_an_exported_image_is_the_same_elsewhere(
    create: Create, images: Images, tmp_path: Path, place: str
) -> None:
    made = create(platforms=("linux/amd64",))
    images.export(made.id, tmp_path / place, "oci")
    named = str(tmp_path / place) if place.endswith(".tar") else f"oci:{tmp_path / place}:doors:1"
    found = fetch_base(named, Platform(), Layout(tmp_path / "other"))
    assert found.manifest.digest == made.digest
    if place.endswith(".tar"):
        with tarfile.open(tmp_path / place) as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
    written = Layout(tmp_path / ("unpacked" if place.endswith(".tar") else place))
    assert attached(written, found.manifest, SBOM) is not None


def test_an_image_without_a_base_is_not_exported_for_docker(
    create: Create, images: Images, tmp_path: Path
) -> None:
    with pytest.raises(ImageError, match="it has no base image"):
        images.export(create().id, tmp_path / "image.tar", "docker")
    assert not (tmp_path / "image.tar").exists()


def test_nothing_is_exported_over_other_files(
    create: Create, images: Images, tmp_path: Path, project: Path
) -> None:
    with pytest.raises(ImageError, match="is not empty and no image layout"):
        images.export(create().id, project, "oci")


def test_the_bill_of_materials_names_everything_and_follows_its_schema(
    create: Create, images: Images
) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    made = create()
    bill = images.bill_of_materials(images.contents(made.id))
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    assert problem is None, problem
    found = {each["name"]: each for each in bill["components"]}
    assert {"numpy", "facewright", "m.bin", "score.py"} <= set(found)
    assert found["numpy"]["purl"].startswith("pkg:pypi/numpy@")
    assert bill["metadata"]["component"]["version"] == made.digest


def test_a_scan_finds_what_should_not_be_there(
    create: Create, images: Images, project: Path
) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\n"
    (project / "score.py").write_text(f"KEY = '''{key}'''\n{SCRIPT}")
    made = create()
    held = images.contents(made.id)
    found = scan_image(images.layout, held, images.bill_of_materials(held))
    assert {"kind": "secret", "what": "holds what looks like a key", "where": "/app/score.py"} in (
        found
    )
    assert [each["what"] for each in found if each["kind"] == "model"][0].startswith("m.bin")
