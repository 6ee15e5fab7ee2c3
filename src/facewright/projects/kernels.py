"""Jupyter kernels of a project: one for each run configuration that runs on this machine."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facewright.compute.configuration import ComputeConfiguration, Kind, read_compute
from facewright.compute.places import Places
from facewright.compute.run_configuration import read_run_configuration, run_configuration_names
from facewright.errors import TargetError
from facewright.projects.project import Project
from facewright.system.files import write_text

_SHARE_VARIABLES = ("FACEWRIGHT_SHARED_DIRECTORY", "AZUREML_NATIVE_SHARE_DIRECTORY")
_PATIENCE = 60


@dataclass(frozen=True)
class Kernel:
    """What runs the cells of a notebook.

    Attributes:
        name: Name for Jupyter: letters, digits, dots, dashes and underscores.
        title: Name for people, ``<project> <run configuration>``.
        python: Its interpreter.
        environment: Variables it gets besides those of the server.
    """

    name: str
    title: str
    python: str
    environment: dict[str, str]


@dataclass(frozen=True)
class Kernels:
    """The kernels of a project, and why some run configurations have none.

    Attributes:
        kernels: Sorted by name.
        left_out: A sentence for each run configuration without one.
    """

    kernels: tuple[Kernel, ...]
    left_out: tuple[str, ...]


def find_kernels(project: Project, places: Places, history: Path) -> Kernels:
    """Return a kernel for each run configuration whose target is this machine.

    Args:
        project: The project.
        places: Where its shared folder is; `share` named by the user is taken as it is.
        history: Folder for what IPython remembers of cells.
    """
    kernels: list[Kernel] = []
    left_out: list[str] = []
    for name in run_configuration_names(places.config):
        try:
            kernels.append(_kernel(project, places, name, history))
        except TargetError as error:
            left_out.append(f"{project.name} {name} has no kernel: {error.message}")
    return Kernels(tuple(kernels), tuple(left_out))


def write_kernels(folder: Path, kernels: Sequence[Kernel]) -> None:
    """Write the kernels as Jupyter reads them, `folder/<name>/kernel.json`."""
    for kernel in kernels:
        record = {
            "argv": [kernel.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": kernel.title,
            "language": "python",
            # Jupyter fills in what follows a dollar sign; two of them stand for one.
            "env": {name: text.replace("$", "$$") for name, text in kernel.environment.items()},
        }
        write_text(folder / kernel.name / "kernel.json", json.dumps(record, indent=1))


def _kernel(project: Project, places: Places, name: str, history: Path) -> Kernel:
    run_configuration = read_run_configuration(places.config, name)
    target = read_compute(places.config, run_configuration.target)
    if target.kind is not Kind.LOCAL:
        raise TargetError(f"notebooks run on this machine, and its target is of type {target.kind}")
    python = target.python_location or sys.executable
    _check_python(python)
    shared = _shared_folder(target, project, places)
    return Kernel(
        re.sub(r"[^A-Za-z0-9._-]", "-", f"{project.name}-{name}").lower(),
        f"{project.name} {name}",
        python,
        {
            **run_configuration.environment_variables,
            **dict.fromkeys(_SHARE_VARIABLES, str(shared)),
            "IPYTHONDIR": str(history),
        },
    )


def _shared_folder(target: ComputeConfiguration, project: Project, places: Places) -> Path:
    if target.native_shared_directory:
        return Path(target.native_shared_directory).expanduser().absolute() / project.name
    if places.share is not None:
        return places.share.absolute()
    return places.share_base.absolute() / project.name


def _check_python(python: str) -> None:
    if python == sys.executable:
        return
    try:
        subprocess.run(  # noqa: S603 - the user's own interpreter
            [python, "-c", "import ipykernel"], check=True, capture_output=True, timeout=_PATIENCE
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise TargetError(f"{python} cannot import ipykernel") from error
