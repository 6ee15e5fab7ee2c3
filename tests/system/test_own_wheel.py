"""A wheel of the running package."""

import os
import subprocess
import sys
import venv
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import metadata
from pathlib import Path

import pytest

import facewright
from facewright.system.own_wheel import write_own_wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_own_wheel(tmp_path_factory.mktemp("wheel") / "new")


@pytest.fixture(scope="module")
def fresh_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a new environment with the wheel, and the tests' own libraries."""
    place = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps"]
    subprocess.run([*map(str, pip), "--quiet", str(wheel)], check=True)
    _lend_libraries(python)
    return python


def _lend_libraries(python: Path) -> None:
    # Only what facewright imports; a .pth file would bring the checkout itself.
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(_run(python, "-c", script, cwd=python.parent).strip())
    lent = Path(next(path for path in sys.path if path.endswith("site-packages")))
    for entry in lent.iterdir():
        if "facewright" not in entry.name and not (own / entry.name).exists():
            (own / entry.name).symlink_to(entry)


def _run(python: Path, *arguments: str, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        [str(python), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_same_code_makes_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = write_own_wheel(tmp_path)
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_a_wheel_that_is_there_is_not_written_again(wheel: Path) -> None:
    before = wheel.stat()
    write_own_wheel(wheel.parent)
    after = wheel.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(wheel.parent.iterdir()) == [wheel]


def test_a_damaged_wheel_is_written_again(tmp_path: Path) -> None:
    wheel = write_own_wheel(tmp_path)
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:1000])
    assert write_own_wheel(tmp_path).read_bytes() == whole


def test_the_record_tells_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    (record,) = [name for name in files if name.endswith(".dist-info/RECORD")]
    expected = [
        f"{name},sha256={_digest(data)},{len(data)}" if name != record else f"{name},,"
        for name, data in files.items()
    ]
    assert files[record].decode().splitlines() == expected


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(sha256(data).digest()).decode().rstrip("=")


def test_it_holds_code_templates_licence_and_nothing_compiled(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "facewright/cli/main.py" in names
    assert "facewright/projects/templates/face/dot-gitignore" in names
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_a_fresh_environment_runs_it(fresh_python: Path, tmp_path: Path) -> None:
    command = str(fresh_python.with_name("facewright"))
    ended = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, f"facewright {facewright.__version__}\n")
    place = _run(fresh_python, "-c", "import facewright; print(facewright.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(fresh_python.parent.parent)


def test_extras_are_kept(fresh_python: Path, tmp_path: Path) -> None:
    script = "import importlib.metadata as m; print(*m.metadata('facewright').get_all('{}'))"
    for field in ("Provides-Extra", "License-File"):
        told = _run(fresh_python, "-c", script.replace("{}", field), cwd=tmp_path)
        assert told.split() == metadata("facewright").get_all(field)


def test_a_wheel_made_where_it_is_installed_is_the_same(
    wheel: Path, fresh_python: Path, tmp_path: Path
) -> None:
    script = (
        "import sys, pathlib, facewright.system.own_wheel as o\n"
        "print(o.write_own_wheel(pathlib.Path(sys.argv[1])))"
    )
    again = Path(_run(fresh_python, "-c", script, str(tmp_path / "w"), cwd=tmp_path).strip())
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()
