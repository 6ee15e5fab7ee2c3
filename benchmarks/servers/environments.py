"""A virtual environment for each peer, with its own packages before those of the project."""

import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

PACKAGES = {
    "fastapi": ("fastapi[standard]==0.165.0",),
    "litserve": ("litserve==0.2.19",),
    "bentoml": ("bentoml==1.4.39",),
    "mlflow": ("mlflow==3.17.2",),
}


@dataclass(frozen=True)
class Environment:
    """Where a peer is installed.

    Attributes:
        folder: The virtual environment.
    """

    folder: Path

    def command(self, name: str) -> str:
        """Return the path of one of its commands."""
        return str(self.folder / "bin" / name)


def environment_for(name: str, cache: Path) -> Environment:
    """Return a peer's environment, made when it is not there yet.

    Args:
        name: The peer.
        cache: Folder that keeps environments between runs.

    Raises:
        CalledProcessError: It cannot be installed.
    """
    folder, pinned = cache / f"venv-{name}", " ".join(PACKAGES[name])
    done = folder / "installed"
    if not done.is_file() or done.read_text() != pinned:
        print(f"installing {pinned}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES[name]], check=True)
        done.write_text(pinned)
    _lend(folder)  # each time: the project may have moved since
    return Environment(folder)


def _lend(folder: Path) -> None:
    """Let an environment see the project's packages, after its own.

    They are the same files for all, so that no peer has another ONNX Runtime or OpenCV.
    """
    [packages] = folder.glob("lib/python*/site-packages")
    benchmarks = Path(__file__).parents[1]
    places = [benchmarks, benchmarks.parent / "src", sysconfig.get_path("purelib")]
    (packages / "project.pth").write_text("".join(f"{place}\n" for place in places))
