"""Archives that a hostile container, or an engine far away, could send."""

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facewright.compute.docker_files import read_one, unpack
from facewright.errors import TargetError


class Sent:
    """An archive in pieces of odd sizes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._data), 1337):
            yield self._data[start : start + 1337]

    def close(self) -> None:
        self.closed = True


def _entry(name: str, **values: object) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(entry, key, value)
    return entry


def _archive(*entries: tuple[tarfile.TarInfo, bytes]) -> Sent:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for entry, data in entries:
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return Sent(file.getvalue())


def test_plain_files_come_and_links_and_devices_do_not(tmp_path: Path) -> None:
    sent = _archive(
        (_entry("outputs", type=tarfile.DIRTYPE), b""),
        (_entry("outputs/deep/file", mode=0o755), b"x" * 5000),
        (_entry("outputs/twin", type=tarfile.LNKTYPE, linkname="outputs/deep/file"), b""),
        (_entry("outputs/out", type=tarfile.LNKTYPE, linkname="etc/passwd"), b""),
        (_entry("outputs/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"), b""),
        (_entry("outputs/pipe", type=tarfile.FIFOTYPE), b""),
        (_entry("outputs/device", type=tarfile.CHRTYPE, devmajor=1, devminor=3), b""),
    )
    unpack(sent, tmp_path / "home")
    found = {path.name: path for path in (tmp_path / "home").rglob("*") if path.is_file()}
    assert {name: path.stat().st_size for name, path in found.items()} == {
        "file": 5000,
        "twin": 5000,
    }
    assert sent.closed


@pytest.mark.parametrize("name", ["outputs/../../x", "/etc/x", "outputs//x", "..", "outputs/./x"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TargetError):
        unpack(_archive((_entry(name), b"x")), tmp_path / "deep" / "home")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_behind_a_sent_link_stays_inside(tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    sent = _archive(
        (_entry("outputs/link", type=tarfile.SYMTYPE, linkname=str(away)), b""),
        (_entry("outputs/link/x"), b"x"),
    )
    unpack(sent, tmp_path / "home")
    assert list(away.iterdir()) == []


def test_a_huge_file_is_refused_before_it_is_written(tmp_path: Path) -> None:
    entry = _entry("outputs/huge", size=1 << 60)
    with pytest.raises(TargetError, match="no room"):
        unpack(Sent(entry.tobuf(tarfile.GNU_FORMAT)), tmp_path / "home")


@pytest.mark.parametrize("damage", [lambda data: data[:700], lambda data: b"\xff" * 2000])
def test_a_damaged_archive_is_an_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    whole = b"".join(_archive((_entry("outputs/x"), b"x" * 9000)))
    with pytest.raises(TargetError):
        unpack(Sent(damage(whole)), tmp_path / "home")


def test_a_file_is_read_by_offset() -> None:
    assert read_one(_archive((_entry("x"), b"0123456789")), 3, 4) == b"3456"
    assert read_one(_archive((_entry("x"), b"0123456789")), 99, 4) == b""
    with pytest.raises(TargetError):
        read_one(_archive((_entry("x", type=tarfile.SYMTYPE, linkname="y"), b"")), 0, 4)
