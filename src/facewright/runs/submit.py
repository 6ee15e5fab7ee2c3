"""Submitting a script: everything is looked at first, then the journal is written at once."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from facewright.compute.configuration import ComputeConfiguration, Kind, read_compute
from facewright.compute.dependencies import Dependencies, read_dependencies
from facewright.compute.run_configuration import RunConfiguration, read_run_configuration
from facewright.errors import RunError
from facewright.projects.contents import Contents
from facewright.projects.project import Project
from facewright.runs.journal import Journal
from facewright.runs.order import Order
from facewright.runs.patience import now
from facewright.runs.record import Submitted
from facewright.runs.targets import remember_target, shared_folder

_HINT = "name a plain file of the project by its path from the project's folder"
Snapshot = Callable[[Path, Sequence[str], str], str | None]
"""Keeps files of a folder, with a message, and returns the commit's id."""


@dataclass(frozen=True)
class Origin:
    """Where a run comes from, besides its project.

    Attributes:
        account: Experimentation account of the project.
        workspace: Its workspace.
        user: Who submits.
        tracking_uri: Where the history is.
        artifacts: Folder for artefacts where there is no server to keep them.
        share: Shared folder of this machine that the user named, or None.
    """

    account: str
    workspace: str
    user: str
    tracking_uri: str
    artifacts: Path
    share: Path | None = None


@dataclass(frozen=True)
class Plan:
    """A run configuration of a project, read and checked, with the target it runs on.

    Attributes:
        project: The project.
        name: Name of the run configuration.
        configuration: What it says.
        target: Name of the compute target.
        compute: What that says.
        dependencies: What scripts import; None runs them in the target's own Python.
    """

    project: Project
    name: str
    configuration: RunConfiguration
    target: str
    compute: ComputeConfiguration
    dependencies: Dependencies | None

    @property
    def options(self) -> str:
        """Return the options that name this plan on a command line."""
        other = self.target != self.configuration.target
        return f"-c {self.name} -t {self.target}" if other else f"-c {self.name}"


def plan(project: Project, name: str, target: str | None = None) -> Plan:
    """Read a run configuration and what it names.

    Args:
        project: The project.
        name: Name of the run configuration.
        target: Compute target in the place of the configuration's own.

    Raises:
        TargetError: A file of the configuration is missing or wrong.
        DependenciesError: That of the dependencies is.
    """
    config = project.folder / "config"
    configuration = read_run_configuration(config, name)
    where = configuration.target if target is None else target
    compute = read_compute(config, where)
    needed = None
    if compute.kind is not Kind.LOCAL and not compute.user_managed_environment:
        needed = read_dependencies(_inside(project.folder, configuration.dependencies_file))
    return Plan(project, name, configuration, where, compute, needed)


def order_for(
    plan: Plan, command: Sequence[str], contents: Contents, origin: Origin, snapshot: Snapshot
) -> Callable[[Journal], Order]:
    """Check a command and return what writes it into a journal.

    Args:
        plan: How and where to run.
        command: Script and arguments.
        contents: What of the project is sent.
        origin: Where the run comes from.
        snapshot: Keeps the files that are sent.

    Raises:
        RunError: The script is none of the files sent, or an argument cannot be one.
    """
    script = checked_script(plan.project.folder, command[0], contents)
    _check_arguments(command[1:])

    def fill(journal: Journal) -> Order:
        remember_target(journal.folder, plan.target, plan.compute)
        _copy(plan.project.folder, contents.files, journal.source)
        message = f"{script}, submitted to {plan.target}"
        commit = snapshot(journal.source, contents.files, message)
        return _order(plan, [script, *command[1:]], contents, origin, commit)

    return fill


def checked_script(project: Path, script: str, contents: Contents) -> str:
    """Return the path of a script that is among the files sent.

    Raises:
        RunError: It is absolute, leads out of the project, is missing, or is not sent.
    """
    path = PurePosixPath(script)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise RunError(
            f"not a script of the project: expected a path inside it, received {script!r}",
            hint=_HINT,
        )
    if str(path) in contents.files:
        return str(path)
    if not (project / path).is_file():
        near = get_close_matches(str(path), contents.files, 1)
        raise RunError(
            f"there is no script {script!r} in the project {project}",
            hint=f"did you mean {near[0]!r}?" if near else _HINT,
        )
    raise RunError(
        f"the script is not sent: {script!r} is left out by .gitignore, or lies in outputs/",
        hint=_HINT,
    )


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise RunError(
            f"not a file of the project: expected a path inside it, received {name!r}",
            hint="mend CondaDependenciesFile in the run configuration",
        )
    return path


def _check_arguments(arguments: Sequence[str]) -> None:
    for argument in arguments:
        if "\0" in argument:
            raise RunError(f"not an argument: it holds a null character: {argument[:100]!r}")


def _order(
    plan: Plan, command: Sequence[str], contents: Contents, origin: Origin, commit: str | None
) -> Order:
    shared, share = shared_folder(plan.compute, plan.project.name, origin.share)
    return Order(
        submitted=_submitted(plan, command, origin, commit),
        folder=str(plan.project.folder),
        files=contents.files,
        environment=plan.configuration.environment_variables,
        dependencies=plan.dependencies,
        shared=shared,
        share=share,
        tracked=plan.configuration.tracked_run,
        tracking_uri=origin.tracking_uri,
        artifacts=str(origin.artifacts),
    )


def _submitted(plan: Plan, command: Sequence[str], origin: Origin, commit: str | None) -> Submitted:
    return Submitted(
        run_id=f"{plan.project.name}_{now()}",
        project=plan.project.name,
        project_id=plan.project.id,
        account=origin.account,
        workspace=origin.workspace,
        user=origin.user,
        target=plan.target,
        configuration=plan.name,
        script_name=command[0],
        arguments=tuple(command[1:]),
        created=datetime.now(UTC),
        commit=commit,
        environment=plan.dependencies.digest if plan.dependencies else None,
    )


def _copy(source: Path, files: Sequence[str], destination: Path) -> None:
    for name in files:
        place = destination / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, place, follow_symlinks=False)
