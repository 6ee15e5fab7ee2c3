"""Images from outside that lie: refused by name, and nothing is written outside the layout."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from facewright.containers.oci import tars, wheel
from facewright.containers.oci.archive import read_archive
from facewright.containers.oci.base import fetch_base
from facewright.containers.oci.base_python import base_python
from facewright.containers.oci.build import Layer, Settings, write_image
from facewright.containers.oci.descriptor import (
    CONFIG,
    INDEX,
    LAYER,
    MANIFEST,
    Descriptor,
    Platform,
)
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.wheel import wheel_entries
from facewright.errors import ImageError
from facewright.management.images.scan import scan_image

AMD64 = Platform()


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that a bomb of some megabytes is one.
    for module in (tars, wheel):
        monkeypatch.setattr(module, "_SMALL", 1 << 20)


def digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def described(media_type: str, data: bytes, **lies: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **lies}


def packed(*members: tuple[str, bytes, str]) -> bytes:
    """Return a tar archive of (name, type, link or content)."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content.encode()))
            else:
                info.linkname = content
                archive.addfile(info)
    return file.getvalue()


def kept(layout: Layout, layer: bytes, media_type: str = LAYER) -> Image:
    """Return an image in a layout with one layer of these bytes."""
    layout.blobs.write(layer)
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [digest(layer)]}}
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": layout.write_json(config, CONFIG).as_json(),
        "layers": [described(media_type, layer)],
    }
    return layout.image(layout.write_json(manifest, MANIFEST), AMD64)


LAYER_BYTES = packed(("a", tarfile.REGTYPE, "x"))
CONFIG_BYTES = b'{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["x"]}}'


def manifest_of(**lies: Any) -> bytes:
    record = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": described(CONFIG, CONFIG_BYTES),
        "layers": [described(LAYER, LAYER_BYTES, **lies)],
    }
    return json.dumps(record).encode()


HOSTILE = (
    ("../../escaped", tarfile.REGTYPE, "x"),
    ("/absolute", tarfile.REGTYPE, "x"),
    ("link", tarfile.SYMTYPE, "/etc/passwd"),
    ("hard", tarfile.LNKTYPE, "../../etc/passwd"),
    ("dev/disk", tarfile.BLKTYPE, ""),
)


def test_an_archive_takes_nothing_from_hostile_names(tmp_path: Path) -> None:
    saved = [{"Config": "link", "Layers": ["../../escaped", "hard", "dev/disk"]}]
    path = tmp_path / "in" / "image.tar"
    path.parent.mkdir()
    manifest = ("manifest.json", tarfile.REGTYPE, json.dumps(saved))
    path.write_bytes(packed(*HOSTILE, manifest))
    with pytest.raises(ImageError, match="it names 'link', which it does not hold"):
        read_archive(path, Layout(tmp_path / "layout"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in", "layout"]


def test_a_layer_with_hostile_members_is_named_by_a_scan(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    found = scan_image(layout, kept(layout, packed(*HOSTILE)), {"components": []})
    assert {(each["kind"], each["where"]) for each in found} == {
        ("leads outside", "/../../escaped"),
        ("leads outside", "/hard"),
        ("device", "/dev/disk"),
    }


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: data])
def test_an_archive_that_grows_without_end_is_refused(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "image.tar"
    info = tarfile.TarInfo("layer.tar")
    info.size = 1 << 50
    whole = info.tobuf() + bytes(8 << 20 if pack is gzip.compress else 1024)
    path.write_bytes(pack(whole))
    with pytest.raises(ImageError):
        read_archive(path, Layout(tmp_path / "layout"))
    left = [each for each in (tmp_path / "layout").rglob("*") if each.is_file()]
    assert left == []


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "image.tar.gz"
    path.write_bytes(gzip.compress(packed(("a", tarfile.REGTYPE, "\0" * (8 << 20)))))
    with pytest.raises(ImageError, match="far more than its size"):
        read_archive(path, Layout(tmp_path / "layout"))


def test_a_header_that_claims_the_memory_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 4 << 30
    path = tmp_path / "image.tar"
    path.write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + bytes(4096))
    with pytest.raises(ImageError, match="claims a header of"):
        read_archive(path, Layout(tmp_path / "layout"))


def test_a_layer_that_is_a_bomb_is_neither_searched_nor_scanned(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    bomb = gzip.compress(packed(("a", tarfile.REGTYPE, "\0" * (8 << 20))) + bytes(1 << 20))
    image = kept(layout, bomb, f"{LAYER}+gzip")
    with pytest.raises(ImageError, match="far more than its size"):
        base_python(layout, image)
    (found,) = scan_image(layout, image, {"components": []})
    assert found["kind"] == "not looked into"


def test_a_wheel_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "demo-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("demo/data.bin", bytes(8 << 20))
    with pytest.raises(ImageError, match="far more bytes than any package"):
        list(wheel_entries(path, "opt/lib"))


def test_a_base_whose_layers_are_not_those_of_its_configuration_is_refused(
    tmp_path: Path,
) -> None:
    layout = Layout(tmp_path)
    base = kept(layout, packed(("a", tarfile.REGTYPE, "x")))
    lying = Image(base.manifest, base.config, base.layers * 2)
    ours = Layer(write_layer([Entry.of_bytes("b", b"")], layout.blobs), "")
    with pytest.raises(ImageError, match="contradicts itself: .* 1 layers, its manifest of 2"):
        write_image(layout, [ours], Settings(("x",), "1:1", "/", 1), AMD64, lying)


def test_a_layout_whose_layer_is_damaged_is_refused(tmp_path: Path) -> None:
    source, target = Layout(tmp_path / "source"), Layout(tmp_path / "target")
    image = kept(source, LAYER_BYTES)
    source.name(image.manifest, "base")
    source.blobs.path(digest(LAYER_BYTES)).write_bytes(b"x" * len(LAYER_BYTES))
    with pytest.raises(ImageError, match=f"is damaged: .* {digest(LAYER_BYTES)}"):
        fetch_base(f"oci:{source.folder}", AMD64, target)
    assert not target.blobs.has(digest(LAYER_BYTES))


@pytest.mark.parametrize("form", ["layout", "archive"])
def test_an_image_that_lies_about_a_size_is_refused(tmp_path: Path, form: str) -> None:
    source = Layout(tmp_path / "source")
    source.blobs.write(CONFIG_BYTES)
    source.blobs.write(LAYER_BYTES)
    written = source.blobs.write(manifest_of(size=5))
    source.name(Descriptor(MANIFEST, written, len(manifest_of(size=5))), "base")
    base = f"oci:{source.folder}"
    if form == "archive":
        base = str(tmp_path / "base.tar")
        with tarfile.open(base, "w") as archive:
            archive.add(source.folder, ".")
    with pytest.raises(ImageError, match="lies about a layer: it tells of 5 bytes"):
        fetch_base(base, AMD64, Layout(tmp_path / "target"))


@contextmanager
def lying_registry(answers: dict[str, bytes], endless: bool = False) -> Iterator[str]:
    """Yield the address of a registry that sends what it was given, whatever was promised."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = answers.get(self.path.rpartition("/")[2], b"{}")
            self.send_response(200)
            if not endless:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            try:
                self.wfile.write(data)
                while endless and self.path.count("/") > 2:
                    self.wfile.write(bytes(1 << 20))
            except OSError:
                pass

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}/team/doors"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("manifest", "layer", "words"),
    [
        (manifest_of(size=5), LAYER_BYTES, "sent other bytes than sha256"),
        (manifest_of(size=len(LAYER_BYTES) + 1), LAYER_BYTES, "sent other bytes than sha256"),
        (manifest_of(), b"x" * len(LAYER_BYTES), "sent other bytes than sha256"),
        (manifest_of(size=1 << 60), LAYER_BYTES, "no room for the image"),
        (manifest_of(size=-1), LAYER_BYTES, "not a descriptor"),
        (manifest_of(digest="sha256:../../x"), LAYER_BYTES, "not a descriptor"),
        (b'{"mediaType": "%s", "manifests": 3}' % INDEX.encode(), b"", "are not a list"),
        (b'{"mediaType": "%s"}' % INDEX.encode(), b"", "no image for linux/amd64"),
        (b"[]", b"", "not an object"),
        (b"<html>", b"", "not JSON"),
        (b"{}", b"", "not an image"),
    ],
)
def test_a_registry_that_lies_is_refused(
    tmp_path: Path, manifest: bytes, layer: bytes, words: str
) -> None:
    layout = Layout(tmp_path / "layout")
    answers = {
        "1": manifest,
        digest(CONFIG_BYTES): CONFIG_BYTES,
        digest(LAYER_BYTES): layer,
    }
    with lying_registry(answers) as name, pytest.raises(ImageError, match=words):
        fetch_base(f"{name}:1", AMD64, layout)
    if layer != LAYER_BYTES:
        assert not layout.blobs.has(digest(layer))


def test_a_manifest_that_never_ends_is_refused(tmp_path: Path) -> None:
    with (
        lying_registry({"1": b"{"}, endless=True) as name,
        pytest.raises(ImageError, match="a manifest of more than"),
    ):
        fetch_base(f"{name}:1", AMD64, Layout(tmp_path))


def test_another_manifest_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    pinned = digest(b"what was meant")
    with (
        lying_registry({pinned: manifest_of()}) as name,
        pytest.raises(ImageError, match=f"another manifest than {pinned}"),
    ):
        fetch_base(f"{name}@{pinned}", AMD64, Layout(tmp_path))
