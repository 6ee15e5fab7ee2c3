"""The composition root: one object, made from the settings, with what commands work with."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path

from facewright.compute.catalogue import load_target
from facewright.compute.places import Places
from facewright.compute.target import Hear, Target, Telling
from facewright.errors import TargetError, TargetUnreachable
from facewright.projects.contents import list_contents
from facewright.projects.known_place import KnownPlace, known_place
from facewright.projects.project import Project, find_project
from facewright.projects.snapshots import Snapshots, repository_of
from facewright.runs.journal import Journal
from facewright.runs.journals import Journals
from facewright.runs.keepers import give_keeper, revive_keepers
from facewright.runs.submit import Origin, Plan, Snapshot, order_for, plan
from facewright.runs.targets import target_of
from facewright.settings import Settings


class Workbench:
    """Projects and their runs, as one user of this machine has them.

    Args:
        settings: What the environment says.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._data = settings.data_directory.absolute()

    @cached_property
    def journals(self) -> Journals:
        """The journals of the runs that were submitted here."""
        return Journals(self._data)

    def project(self, folder: Path | None) -> Project:
        """Return the project that holds a folder, by default the current one."""
        return find_project(folder or Path.cwd())

    def plan(self, project: Project, configuration: str, target: str | None) -> Plan:
        """Read a run configuration of a project, with another target when one is named."""
        return plan(project, configuration, target)

    def prepare(self, plan: Plan, hear: Hear) -> bool:
        """Build the environment of a plan, unless it is there; return whether it was built."""
        if plan.dependencies is None:
            return False
        return self._target_of(plan).prepare(plan.dependencies, hear)

    def _target_of(self, plan: Plan) -> Target:
        project, share = plan.project, self._settings.shared_directory
        return load_target(plan.target, Places(project.folder, project.id, self._data, share))

    def _check_prepared(self, plan: Plan) -> None:
        """Refuse a plan whose environment is not on its target; one that is away tells later."""
        if plan.dependencies is None:
            return
        target = self._target_of(plan)
        with suppress(TargetUnreachable):  # the run waits for it
            if isinstance(target, Telling) and not target.is_prepared(plan.dependencies):
                raise TargetError(
                    f"the environment of these dependencies is not on {plan.target}",
                    hint=f"run `facewright experiment prepare {plan.options}` first",
                )

    def submit(self, plan: Plan, command: Sequence[str], tell: Callable[[str], None]) -> Journal:
        """Submit a script.

        Args:
            plan: How and where to run.
            command: Script and arguments.
            tell: Hears the run's id before anything is started.
        """
        project = plan.project
        contents = list_contents(
            project.folder,
            limit=self._settings.project_megabytes * 1_000_000,
            most_files=self._settings.project_files,
        )
        self._check_prepared(plan)
        fill = order_for(plan, command, contents, self._origin(project), self._snapshot(project))
        journal = self.journals.begin(fill)
        tell(journal.run_id)
        give_keeper(journal)
        return journal

    def target(self, journal: Journal) -> Target:
        """Return the target that a run was submitted to."""
        return target_of(journal, journal.order(), self._data)

    def revive(self) -> None:
        """Give every open run that lost its keeper a new one."""
        revive_keepers(self.journals)

    def _origin(self, project: Project) -> Origin:
        settings = self._settings
        place = known_place(settings.database_url, project) or self._placed(project)
        return Origin(
            account=place.account,
            workspace=place.workspace,
            user=settings.user,
            share=settings.shared_directory,
            tracking_uri=settings.tracking_uri,
            artifacts=settings.artifact_directory,
        )

    def _placed(self, project: Project) -> KnownPlace:
        # Loads SQLAlchemy, which a project that was here before does not need.
        from facewright.database.database import open_database
        from facewright.projects.binding import ensure_project_record
        from facewright.projects.registry import open_registry

        user = self._settings.user
        with open_database(self._settings.database_url) as database:
            record = ensure_project_record(open_registry(database, user).database, project, user)
        return KnownPlace(record.account, record.workspace)

    def _snapshot(self, project: Project) -> Snapshot:
        snapshots = Snapshots(repository_of(self._data, project.id))

        def take(folder: Path, files: Sequence[str], message: str) -> str:
            return snapshots.take(folder, files, message, datetime.now().astimezone())

        return take
