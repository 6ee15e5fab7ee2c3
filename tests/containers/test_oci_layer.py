"""Layers and images as files: the same inputs make the same digests."""

import io
import json
import os
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.containers.oci.archive import read_archive
from facewright.containers.oci.blobs import Blobs
from facewright.containers.oci.build import Layer, Settings, write_image, write_index
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.docker_archive import write_docker_archive
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.wheel import wheel_entries
from facewright.errors import ImageError

SETTINGS = Settings(
    command=("python3", "-m", "facewright"),
    user="65532:65532",
    folder="/app",
    port=8000,
    environment={"PATH": "/bin", "B": "2"},
    labels={"facewright.schema": "{}"},
)
AMD64, ARM64 = Platform(), Platform(architecture="arm64")


def entries() -> list[Entry]:
    return [
        Entry.of_bytes("app/score.py", b"def run(): ..."),
        Entry.of_bytes("app/outputs/my_model.onnx", b"\0" * 5000),
        Entry.of_bytes("app/bin/start", b"#!/bin/sh\n", executable=True),
    ]


def image(layout: Layout, platform: Platform = AMD64) -> Descriptor:
    layer = Layer(write_layer(entries(), layout.blobs), "the app")
    return write_image(layout, [layer], SETTINGS, platform, None)


@given(order=st.permutations(range(3)))
def test_a_layer_does_not_depend_on_the_order_of_its_files(order: list[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        blobs = Blobs(Path(folder))
        files = entries()
        assert write_layer([files[i] for i in order], blobs) == write_layer(files, blobs)


def test_a_layer_does_not_depend_on_times_umask_zone_or_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = set()
    for place, umask, zone in (("a", 0o077, "Asia/Tokyo"), ("b/c", 0o002, "America/Lima")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        before = os.umask(umask)
        folder = tmp_path / place
        folder.mkdir(parents=True)
        file = folder / "score.py"
        file.write_text("def run(): ...")
        os.utime(file, (umask, umask))
        os.umask(before)
        digests.add(write_layer([Entry.of_file("app/score.py", file)], Blobs(folder)).digest)
    assert len(digests) == 1


def test_a_layer_holds_its_files_and_the_folders_above_them(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    written = write_layer(entries(), blobs)
    assert blobs.path(written.digest).stat().st_size == written.size
    with tarfile.open(blobs.path(written.digest)) as archive:
        assert archive.getnames() == [
            "app",
            "app/bin",
            "app/outputs",
            "app/bin/start",
            "app/outputs/my_model.onnx",
            "app/score.py",
        ]
        modes = {member.name: member.mode for member in archive}
        assert (modes["app/bin/start"], modes["app/score.py"]) == (0o755, 0o644)
        assert all(member.mtime == member.uid == member.gid == 0 for member in archive)


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../../up", "", "a\0b"])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ImageError, match="not a path in an image"):
        write_layer([Entry.of_bytes(path, b"")], Blobs(tmp_path))
    assert not any(file.is_file() for file in tmp_path.rglob("*"))


def test_two_files_of_one_path_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="one path"):
        write_layer([Entry.of_bytes("a", b"1"), Entry.of_bytes("./a", b"2")], Blobs(tmp_path))


def test_a_write_that_fails_leaves_no_blob(tmp_path: Path) -> None:
    def fail() -> io.BytesIO:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        write_layer([Entry("a", 1, fail)], Blobs(tmp_path))
    assert not any(file.is_file() for file in tmp_path.rglob("*"))


def test_an_image_is_read_as_it_was_written(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.name(image(layout), "doors:1")
    found = layout.image(layout.names()["doors:1"], AMD64)
    assert found.labels == {"facewright.schema": "{}"}
    assert found.config["config"]["User"] == "65532:65532"
    assert found.config["rootfs"]["diff_ids"] == [layer.digest for layer in found.layers]


def test_a_base_keeps_its_layers_and_variables_below_ours(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    base = layout.image(image(layout), AMD64)
    ours = Layer(write_layer([Entry.of_bytes("new", b"x")], layout.blobs), "more")
    settings = Settings(("x",), "1:1", "/", 80, {"B": "3", "C": "4"})
    built = layout.image(write_image(layout, [ours], settings, AMD64, base), AMD64)
    assert [layer.digest for layer in built.layers] == [
        base.layers[0].digest,
        ours.descriptor.digest,
    ]
    assert built.config["config"]["Env"] == ["PATH=/bin", "B=3", "C=4"]
    assert built.labels == base.labels


def test_an_index_leads_to_the_image_of_each_platform(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    index = write_index(layout, [image(layout, ARM64), image(layout)])
    assert layout.image(index, ARM64).platform == ARM64
    with pytest.raises(ImageError, match="no image for linux/s390x: there is one for linux/amd64"):
        layout.image(index, Platform(architecture="s390x"))


def test_a_damaged_blob_is_named(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    written = image(layout)
    layout.blobs.path(written.digest).write_bytes(b"{}")
    with pytest.raises(ImageError, match=written.digest):
        layout.images(written)


@pytest.mark.parametrize("kind", ["docker", "layout"])
def test_an_archive_is_taken_with_the_same_layers(tmp_path: Path, kind: str) -> None:
    layout, other = Layout(tmp_path / "one"), Layout(tmp_path / "two")
    written = layout.image(image(layout), AMD64)
    layout.name(written.manifest, "doors:1")
    path = tmp_path / "image.tar"
    if kind == "docker":
        write_docker_archive(layout, written, "doors:1", path)
    else:
        with tarfile.open(path, "w") as archive:
            archive.add(layout.folder, ".")
    found = other.image(read_archive(path, other), AMD64)
    assert (found.config, found.layers) == (written.config, written.layers)


@pytest.mark.parametrize("name", ["manifest.json", "index.json"])
@pytest.mark.parametrize(
    "manifest",
    [
        b"[]",
        b"{",
        b'[{"Config": "../../etc/passwd", "Layers": []}]',
        b'[{"Config": 3, "Layers": []}]',
        b"[3]",
        b"[" * 100_000,
    ],
)
def test_a_hostile_archive_is_refused(tmp_path: Path, manifest: bytes, name: str) -> None:
    path = tmp_path / "image.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(manifest)
        archive.addfile(info, io.BytesIO(manifest))
        link = tarfile.TarInfo("../../outside")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(ImageError, match="not an archive of an image"):
        read_archive(path, Layout(tmp_path / "layout"))
    assert not (tmp_path.parent / "outside").exists()


def test_a_wheel_becomes_what_an_installer_would_put_there(tmp_path: Path) -> None:
    wheel = tmp_path / "demo-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("demo/__init__.py", "demo-1.dist-info/METADATA"):
            archive.writestr(name, "")
        archive.writestr("demo-1.data/platlib/demo/fast.so", "binary")
        archive.writestr("demo-1.data/scripts/demo", "#!python")
    assert [entry.path for entry in wheel_entries(wheel, "opt/lib")] == [
        "opt/lib/demo/__init__.py",
        "opt/lib/demo-1.dist-info/METADATA",
        "opt/lib/demo/fast.so",
    ]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a\\..\\b", "a/../../x"])
def test_a_hostile_wheel_is_refused(tmp_path: Path, name: str) -> None:
    wheel = tmp_path / "demo-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(name, "")
    with pytest.raises(ImageError, match="cannot be installed"):
        list(wheel_entries(wheel, "opt/lib"))


@pytest.mark.parametrize("text", ["linux", "linux/arm64/v8/x", "Linux/amd64", "linux/../x", ""])
def test_what_is_no_platform_is_refused(text: str) -> None:
    with pytest.raises(ImageError, match="not a platform"):
        Platform.parse(text)


@pytest.mark.parametrize("record", [None, {}, {"digest": "md5:1", "size": 1}, {"digest": 3}])
def test_what_is_no_descriptor_is_refused(record: object) -> None:
    with pytest.raises(ImageError, match="not a descriptor"):
        Descriptor.from_json(json.loads(json.dumps(record)))
