"""A folder with every wheel that the scripts of a face project need, brought together once a run.

Real installations by several targets take a package each from here, not from an index each.
"""

import fcntl
import platform
from pathlib import Path

from facewright.compute.dependencies import read_dependencies
from facewright.containers.platform import Platform
from facewright.containers.wheels import resolve_wheels
from facewright.projects import template

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
# Of Debian 12, whose Python the targets run.
_PYTHON, _GLIBC = "3.11", 36


def wheelhouse(run_folder: Path) -> Path:
    """Return the folder; the first worker of this run fills it."""
    place = run_folder / "wheelhouse"
    with (run_folder / "wheelhouse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _fill(place, run_folder / "wheelhouse-coming")
    return place


def _fill(place: Path, coming: Path) -> None:
    dependencies = read_dependencies(_template() / "config" / "dependencies.yml")
    wheels = resolve_wheels(
        [*dependencies.requirements, "pip"],
        python=_PYTHON,
        platform=Platform(_MACHINES[platform.machine()], _GLIBC),
        folder=coming / "wheels",
        hear=lambda line: None,
    )
    flat = coming / "flat"
    flat.mkdir()
    for wheel in wheels:
        # Facewright itself is sent by whoever prepares.
        if not wheel.name.startswith("facewright-"):
            (flat / wheel.name).hardlink_to(wheel)
            wheel.chmod(0o644)
    flat.rename(place)


def _template() -> Path:
    return Path(template.__file__).parent / "templates" / "face"
