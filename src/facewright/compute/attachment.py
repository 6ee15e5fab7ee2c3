"""Targets come into a project and leave it, with their run configuration and their secret."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from facewright.compute.configuration import ComputeConfiguration, compute_path
from facewright.compute.places import Places
from facewright.compute.run_configuration import (
    RunConfiguration,
    read_run_configuration,
    run_configuration_names,
    run_configuration_path,
)
from facewright.compute.secrets import Secret, remove_secret, store_secret
from facewright.errors import TargetError
from facewright.system.files import write_together


def check_free(name: str, places: Places) -> None:
    """Make sure that a name is free.

    Raises:
        TargetError: A target or a run configuration has it, or it cannot be a name.
    """
    for path in (compute_path(places.config, name), run_configuration_path(places.config, name)):
        if path.exists():
            raise TargetError(
                f"the name is taken: {path} is there",
                hint=f"choose another name, or `facewright computetarget detach -n {name}`",
            )


def attach(
    name: str, configuration: ComputeConfiguration, places: Places, secret: Secret | None = None
) -> list[Path]:
    """Add a target: both files and its secret, or nothing.

    Args:
        name: What it will be called.
        configuration: What it is.
        places: Where it goes.
        secret: What signs in to it.

    Returns:
        The files.

    Raises:
        TargetError: The name is taken.
    """
    check_free(name, places)
    texts = {
        compute_path(places.config, name): configuration.text(),
        run_configuration_path(places.config, name): RunConfiguration(target=name).text(),
    }
    store_secret(name, configuration, places, secret or Secret())
    try:
        write_together({path: _writer(text) for path, text in texts.items()})
    except BaseException:
        remove_secret(name, places)
        raise
    return list(texts)


def detach(name: str, places: Places) -> list[Path]:
    """Remove a target, its run configuration and its secret; what is on the target stays.

    Returns:
        The files that were removed.

    Raises:
        TargetError: There is no such target.
    """
    path = compute_path(places.config, name)
    if not path.is_file():
        raise TargetError(
            f"the project has no target of that name: {name!r}",
            hint="see `facewright computetarget list`",
        )
    files = [path]
    of_same_name = run_configuration_path(places.config, name)
    if of_same_name.is_file() and _target_of(name, places) in (name, None):
        files.append(of_same_name)
    remove_secret(name, places)
    for file in reversed(files):
        file.unlink()
    return files


def run_configurations_of(name: str, places: Places) -> list[str]:
    """Return the names of the run configurations that run on a target."""
    names = run_configuration_names(places.config)
    return [each for each in names if _target_of(each, places) == name]


def _target_of(name: str, places: Places) -> str | None:
    try:
        return read_run_configuration(places.config, name).target
    except TargetError:
        return None  # it cannot be read


def _writer(text: str) -> Callable[[Path], None]:
    return partial(_write, text)


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
