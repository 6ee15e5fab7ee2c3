"""Images move to a real registry and back with the digest they were built with."""

from pathlib import Path

import pytest
from own_port import own_port
from registry_part import registry  # noqa: F401, a fixture

from facewright.containers.oci.base import fetch_base
from facewright.containers.oci.build import Layer, Settings, write_image, write_index
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.registry import Registry
from facewright.errors import ImageError

AMD64, ARM64 = Platform(), Platform(architecture="arm64")


def built(layout: Layout, platform: Platform = AMD64) -> Descriptor:
    # Larger than a chunk of an upload, so that several are sent.
    entries = [Entry.of_bytes("a", b"1"), Entry.of_bytes("model", bytes(20 << 20))]
    layer = Layer(write_layer(entries, layout.blobs), "")
    return write_image(layout, [layer], Settings(("x",), "1:1", "/", 80), platform, None)


def push(layout: Layout, descriptor: Descriptor, reference: str) -> list[tuple[int, int]]:
    heard: list[tuple[int, int]] = []
    Registry(Reference.parse(reference)).push(
        layout, descriptor, lambda done, total: heard.append((done, total))
    )
    return heard


def test_an_image_comes_back_with_its_digest(tmp_path: Path, registry: str) -> None:  # noqa: F811
    layout, other = Layout(tmp_path / "one"), Layout(tmp_path / "two")
    image, name = built(layout), f"{registry}/doors/front:1"
    heard = push(layout, image, name)
    assert heard[-1][0] == heard[-1][1]
    assert Registry(Reference.parse(name)).digest() == image.digest
    for wanted in (name, f"{registry}/doors/front@{image.digest}"):
        fetched = fetch_base(wanted, AMD64, other)
        assert fetched.manifest.digest == image.digest
        assert fetched.layers == layout.image(image, AMD64).layers


def test_an_index_moves_with_its_images_and_one_platform_is_fetched(
    tmp_path: Path,
    registry: str,  # noqa: F811
) -> None:
    layout, other = Layout(tmp_path / "one"), Layout(tmp_path / "two")
    arm = built(layout, ARM64)
    name = f"{registry}/doors/many:1"
    push(layout, write_index(layout, [built(layout), arm]), name)
    fetched = Registry(Reference.parse(name)).fetch(
        other, lambda entry: entry.platform == ARM64, lambda done, total: None
    )
    assert other.image(fetched, ARM64).manifest == arm
    with pytest.raises(ImageError, match="is missing"):
        other.image(fetched, AMD64)


def test_what_the_registry_does_not_have_is_named(tmp_path: Path, registry: str) -> None:  # noqa: F811
    with pytest.raises(ImageError, match="no such image: the registry has no") as caught:
        fetch_base(f"{registry}/doors/none:7", AMD64, Layout(tmp_path))
    assert "doors/none:7" in caught.value.message


def test_a_registry_that_does_not_answer_is_named(tmp_path: Path) -> None:
    port = own_port()
    with pytest.raises(ImageError, match=f"does not answer: 127.0.0.1:{port}"):
        fetch_base(f"127.0.0.1:{port}/doors:1", AMD64, Layout(tmp_path))


def test_a_damaged_blob_is_not_sent(tmp_path: Path, registry: str) -> None:  # noqa: F811
    layout = Layout(tmp_path)
    image = built(layout)
    (layer,) = layout.image(image, AMD64).layers
    layout.blobs.path(layer.digest).write_bytes(b"other")
    with pytest.raises(ImageError, match="is damaged"):
        push(layout, image, f"{registry}/doors/damaged:1")
    assert Registry(Reference.parse(f"{registry}/doors/damaged:1")).digest() is None


@pytest.mark.parametrize("text", ["Doors", "a b", "", "x:y:z", "-a", "h/../x", "a@md5:1", "a\n"])
def test_what_is_no_name_of_an_image_is_refused(text: str) -> None:
    with pytest.raises(ImageError, match="not the name of an image"):
        Reference.parse(text)


@pytest.mark.parametrize(
    ("text", "host", "repository", "tag"),
    [
        ("doors", None, "doors", "latest"),
        ("team/doors:2", None, "team/doors", "2"),
        ("localhost/doors", "localhost", "doors", "latest"),
        ("registry.example:5000/a/b:v1", "registry.example:5000", "a/b", "v1"),
    ],
)
def test_names_are_read_as_docker_reads_them(
    text: str, host: str | None, repository: str, tag: str
) -> None:
    found = Reference.parse(text)
    assert (found.host, found.repository, found.tag) == (host, repository, tag)
