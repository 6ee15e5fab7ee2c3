"""What the script of a manifest needs: a conda environment file or a requirements.txt."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facewright.compute.dependencies import read_dependencies
from facewright.containers.wheels import names_itself
from facewright.errors import DependenciesError
from facewright.management.manifests.files import read_limited

SERVER = "facewright[serve]"
"""What every service needs: the server itself."""
SERVING_FILE = "config/serving.yml"
TRAINING_FILE = "config/dependencies.yml"

_KERAS_FILES = (".h5", ".hdf5", ".keras")
_WITH_SERVER = ("serve", "train", "all")
_LARGEST = 1_000_000


@dataclass(frozen=True)
class Needs:
    """Packages of a service.

    Attributes:
        python: As ``3.11``.
        given: Lines as in a requirements.txt, as they were given.
        file: Path of the file that said so, or None.
    """

    python: str
    given: tuple[str, ...]
    file: str | None

    @property
    def lines(self) -> tuple[str, ...]:
        """What is installed: what was given, and the server."""
        ours = [line for line in self.given if names_itself(line)]
        if any(extra in line for line in ours for extra in _WITH_SERVER):
            return self.given
        return (*self.given, SERVER)

    def as_column(self) -> dict[str, Any]:
        """Return what a manifest remembers of it."""
        return {
            "python": self.python,
            "pip": [*self.given],
            "lines": [*self.lines],
            "file": self.file,
        }


def default_file(folder: Path, model_names: Iterable[str]) -> str | None:
    """Return the dependency file of a project that none was named for.

    A Keras model needs what training needed; others what the project says about serving.
    """
    keras = any(is_keras(name) for name in model_names)
    candidates = [TRAINING_FILE, SERVING_FILE] if keras else [SERVING_FILE]
    return next((path for path in candidates if (folder / path).is_file()), None)


def is_keras(name: str) -> bool:
    """Whether a file of this name is a Keras model."""
    return name.lower().endswith(_KERAS_FILES)


def read_conda_file(file: Path, path: str) -> Needs:
    """Read a conda environment file; its pip section is what is installed.

    Raises:
        ManagementError: It cannot be read or is too large.
        DependenciesError: It is no such file.
    """
    read_limited(file, _LARGEST, "the dependency file")
    found = read_dependencies(file)
    return Needs(found.python or running_python(), found.requirements, path)


def read_pip_file(file: Path, path: str) -> Needs:
    """Read a requirements.txt: one package a line; options of pip are refused.

    Raises:
        ManagementError: It cannot be read or is too large.
        DependenciesError: It is no such file.
    """
    data = read_limited(file, _LARGEST, "the dependency file")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DependenciesError(f"not a requirements file: {path}: {error}") from error
    stated = (_without_comment(line) for line in lines)
    return Needs(
        running_python(), tuple(sorted(_checked(line, path) for line in stated if line)), path
    )


def running_python() -> str:
    """Return the version of the Python that runs, such as ``3.11``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _without_comment(line: str) -> str:
    kept = line.partition(" #")[0].strip()
    return "" if kept.startswith("#") else kept


def _checked(line: str, path: str) -> str:
    # An option such as --index-url or -r would make the packages depend on more than this file.
    if line.startswith("-") or line.endswith("\\") or " --" in line:
        raise DependenciesError(
            f"not a requirement in {path}: {line[:100]!r}",
            hint="write one package a line, as in `numpy>=2`; pip's options belong to its own "
            "settings, and versions are locked here anyway",
        )
    return line
