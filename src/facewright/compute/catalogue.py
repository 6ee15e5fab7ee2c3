"""The types of compute targets; their modules hold heavy libraries and load when asked for.

Each has a function `open_target(name, configuration, places)`.
"""

from facewright.compute.configuration import ComputeConfiguration, Kind, read_compute
from facewright.compute.places import Places
from facewright.compute.target import Target
from facewright.embedders.lazy import resolve

_TARGETS = {
    Kind.LOCAL: ("facewright.compute.local:open_target", "ssh"),
    Kind.DOCKER: ("facewright.compute.docker:open_target", "docker"),
    Kind.REMOTE: ("facewright.compute.remote:open_target", "ssh"),
    Kind.RAY: ("facewright.compute.ray:open_target", "ray"),
    Kind.REMOTE_DOCKER: ("facewright.compute.remotedocker:open_target", "docker,ssh"),
}


def load_target(name: str, places: Places) -> Target:
    """Return a target of a project.

    Raises:
        TargetError: There is none of that name, or its file is wrong.
        MissingLibrary: Its type needs an extra.
    """
    return open_target(name, read_compute(places.config, name), places)


def open_target(name: str, configuration: ComputeConfiguration, places: Places) -> Target:
    """Return the target of a configuration.

    Raises:
        MissingLibrary: Its type needs an extra.
    """
    reference, extra = _TARGETS[configuration.kind]
    target: Target = resolve(reference, extra)(name, configuration, places)
    return target


def references() -> tuple[str, ...]:
    """Return every lazy reference of the catalogue, as ``module:name``."""
    return tuple(reference for reference, _ in _TARGETS.values())
