"""Wheels for a container, brought together by a real pip."""

import zipfile
from pathlib import Path

import pytest

from facewright.containers.platform import Platform
from facewright.containers.wheels import names_itself, resolve_wheels
from facewright.errors import DependenciesError

AMD64 = Platform("amd64")
ARM64 = Platform("arm64")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only place where pip finds packages."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


def _put(index: Path, name: str, tags: str = "py3-none-any", *needs: str) -> None:
    about = f"{name}-1.0.dist-info"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    with zipfile.ZipFile(index / f"{name}-1.0-{tags}.whl", "w") as wheel:
        wheel.writestr(f"{about}/METADATA", "\n".join(lines) + "\n")
        wheel.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nTag: {tags}\n")
        wheel.writestr(f"{about}/RECORD", "")


def _resolved(tmp_path: Path, *requirements: str, platform: Platform, python: str) -> list[str]:
    found = resolve_wheels(
        requirements,
        python=python,
        platform=platform,
        folder=tmp_path / "cache",
        hear=lambda line: None,
    )
    assert all(path.is_file() for path in found)
    return [path.name.split("-")[0] for path in found]


def test_conditions_are_those_of_the_container(index: Path, tmp_path: Path) -> None:
    needs = ('old ; python_version < "3.10"', 'arm ; platform_machine == "aarch64"')
    _put(index, "top", "py3-none-any", *needs)
    _put(index, "old")
    _put(index, "arm")
    assert _resolved(tmp_path, "top", platform=AMD64, python="3.11") == ["top"]
    assert _resolved(tmp_path, "top", platform=ARM64, python="3.11") == ["arm", "top"]
    assert _resolved(tmp_path, "top", platform=AMD64, python="3.9") == ["old", "top"]


def test_only_wheels_that_fit_are_taken(index: Path, tmp_path: Path) -> None:
    _put(index, "fast", "cp311-cp311-manylinux_2_28_x86_64")
    assert _resolved(tmp_path, "fast", platform=AMD64, python="3.11") == ["fast"]
    for platform, python in ((ARM64, "3.11"), (AMD64, "3.12"), (Platform("amd64", 27), "3.11")):
        with pytest.raises(DependenciesError, match="no wheel of fast"):
            _resolved(tmp_path, "fast", platform=platform, python=python)
    assert not list((tmp_path / "cache").glob(".resolving-*"))


def test_the_same_wheel_is_kept_once(index: Path, tmp_path: Path) -> None:
    _put(index, "top")
    for _ in range(2):
        _resolved(tmp_path, "top", platform=AMD64, python="3.11")
    assert len(list((tmp_path / "cache").rglob("*.whl"))) == 1


@pytest.mark.parametrize(
    ("requirement", "itself"),
    [
        ("facewright", True),
        ("Facewright[train] >= 0.1", True),
        ("facewright ; python_version > '3'", True),
        ("facewright-extras", False),
        ("facewrightx", False),
        ("numpy", False),
    ],
)
def test_facewright_itself_is_recognised(requirement: str, itself: bool) -> None:
    assert names_itself(requirement) is itself


def test_facewright_itself_comes_from_what_runs(index: Path, tmp_path: Path) -> None:
    with pytest.raises(
        DependenciesError, match="no wheel of"
    ):  # its own needs are on no index here
        _resolved(tmp_path, "facewright", platform=AMD64, python="3.11")
