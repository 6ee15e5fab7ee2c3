"""`return`: a run's outputs, copied into the project."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from facewright.compute.target import Target
from facewright.errors import RunError
from facewright.projects.project import Project
from facewright.runs.journal import Journal
from facewright.system.files import write_together

_OUTPUTS = "outputs"


def give_back(journal: Journal, project: Project, target: Target) -> list[Path]:
    """Copy a run's `outputs/` into the project's, all of it or nothing.

    A file that is there is replaced; other files in the project's `outputs/` stay. It can be
    repeated, and done while the run goes on: then what is there so far is copied.

    Args:
        journal: The run.
        project: The run's project, wherever its folder is now.
        target: Where the run's job is; asked only when nothing was harvested yet.

    Returns:
        What was written, relative to the project.

    Raises:
        RunError: The run is another project's, a folder or a link is in the place of a file, or
            there is no room.
        TargetError: The outputs are on the target still, and it cannot give them.
    """
    _check_project(journal, project)
    with _outputs(journal, target) as folder:
        names = sorted(
            Path(place, name).relative_to(folder)
            for place, _, found in os.walk(folder)
            for name in found
        )
        places = [project.folder / _OUTPUTS / name for name in names]
        for place in places:
            _check(place, project.folder)
        try:
            _copy_together(dict(zip(places, (folder / name for name in names), strict=True)))
        except OSError as error:
            raise RunError(
                f"the outputs could not be written: {error.strerror}: {project.folder / _OUTPUTS}",
                hint="make room, or make the folder writable, and return them again",
            ) from error
    return [Path(_OUTPUTS, name) for name in names]


def _check_project(journal: Journal, project: Project) -> None:
    submitted = journal.order().submitted
    if submitted.project_id != project.id:
        raise RunError(
            f"the run {journal.run_id} is another project's: expected {submitted.project}, "
            f"received {project.name} in {project.folder}",
            hint="name the folder of the run's project with --project",
        )


@contextmanager
def _outputs(journal: Journal, target: Target) -> Iterator[Path]:
    if journal.outputs.is_dir():
        yield journal.outputs
        return
    with tempfile.TemporaryDirectory(dir=journal.folder, prefix=".return-") as temporary:
        folder = Path(temporary, _OUTPUTS)
        target.fetch(journal.run_id, f"project/{_OUTPUTS}", folder)
        yield folder


def _check(place: Path, project: Path) -> None:
    # A link anywhere on the way would lead out of the project.
    for step in (place, *place.parents):
        if step == project:
            return
        if step.is_symlink() or (step.exists() and step.is_dir() == (step == place)):
            raise RunError(
                f"something is in the way: expected a {'file' if step == place else 'folder'} "
                f"or nothing at {step}",
                hint="move it away and return the outputs again; nothing was written",
            )


def _copy_together(files: dict[Path, Path]) -> None:
    # In portions, since each file of a portion is open-ended until the last one is written.
    write_together({place: partial(_copy, source) for place, source in files.items()})


def _copy(source: Path, place: Path) -> None:
    shutil.copyfile(source, place, follow_symlinks=False)
