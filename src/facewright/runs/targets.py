"""The compute target of a run, as it was when the run was submitted."""

from pathlib import Path

from facewright.compute.catalogue import load_target
from facewright.compute.configuration import (
    ComputeConfiguration,
    Kind,
    compute_path,
    read_compute,
)
from facewright.compute.places import Places
from facewright.compute.target import Target
from facewright.runs.journal import Journal
from facewright.runs.order import Order
from facewright.system.files import write_text


def remember_target(folder: Path, name: str, configuration: ComputeConfiguration) -> None:
    """Keep what a target is, so that its project may change while a run goes on.

    Args:
        folder: The run's journal.
        name: Name of the target.
        configuration: What it is; no secrets are in it.
    """
    write_text(compute_path(folder / "config", name), configuration.text())


def target_of(journal: Journal, order: Order, data: Path) -> Target:
    """Return the target that a run was submitted to.

    Args:
        journal: The run.
        order: What was submitted.
        data: The user's data folder.

    Raises:
        TargetError: It cannot be used any more.
        MissingLibrary: It needs an extra.
    """
    share = None if order.share is None else Path(order.share)
    places = Places(journal.folder, order.submitted.project_id, data, share)
    return load_target(order.submitted.target, places)


def is_near(journal: Journal, order: Order) -> bool:
    """Return whether asking a run's target costs next to nothing: it is this process's machine."""
    return read_compute(journal.folder / "config", order.submitted.target).kind is Kind.LOCAL


def shared_folder(
    configuration: ComputeConfiguration, project: str, share: Path | None
) -> tuple[str, str | None]:
    """Return the name of a run's shared folder and the base of this machine's shared folders.

    The project's name, below the base. A folder that the user named for this machine is taken as it
    is, as it is outside a run.

    Args:
        configuration: The target.
        project: Name of the project.
        share: The folder that the user named, or None.
    """
    here = configuration.kind in (Kind.LOCAL, Kind.DOCKER)
    if share is None or not here or configuration.native_shared_directory:
        return project, None
    return ".", str(share.absolute())
