"""`facewright computetarget attach local` and `facewright computetarget attach docker`."""

from typing import TYPE_CHECKING

from facewright.cli.computetarget.options import (
    CpusOption,
    ImageOption,
    MemoryOption,
    NameOption,
    ProjectOption,
    PythonOption,
    configured,
    open_places,
)
from facewright.cli.console import Console
from facewright.errors import TargetError

if TYPE_CHECKING:
    from facewright.compute.configuration import ComputeConfiguration
    from facewright.compute.places import Places
    from facewright.compute.secrets import Secret


def local(
    name: NameOption, python_location: PythonOption = None, project: ProjectOption = None
) -> None:
    """Add this machine, with the Python that runs this or another one."""
    configuration = configured(type="local", pythonLocation=python_location)
    write(name, configuration, open_places(project))


def docker(
    name: NameOption,
    base_docker_image: ImageOption = None,
    cpus: CpusOption = None,
    memory: MemoryOption = None,
    project: ProjectOption = None,
) -> None:
    """Add containers on this machine."""
    configuration = configured(
        type="docker", baseDockerImage=base_docker_image, cpus=cpus, memory=memory
    )
    write(name, configuration, open_places(project))


def cluster() -> None:
    """Say that the original's clusters are not carried over."""
    raise TargetError(
        "clusters of HDInsight Spark are not supported",
        hint="attach its head node as remote",
    )


def write(
    name: str,
    configuration: "ComputeConfiguration",
    places: "Places",
    secret: "Secret | None" = None,
) -> None:
    """Write a target's files and say what comes next."""
    from facewright.compute.attachment import attach

    console = Console()
    for path in attach(name, configuration, places, secret):
        console.result(f"Wrote {path.relative_to(places.project)}")
    console.say(f"Next: `facewright experiment prepare -c {name}`")
