"""Environments: the places where services live. Without any, there is a local one."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.management import EnvironmentRow, ServiceRow
from facewright.environments.catalogue import DOCKER, KINDS, KUBERNETES, PROCESS
from facewright.errors import ManagementError
from facewright.management.names import checked_environment_name
from facewright.management.records import Environment
from facewright.management.rows import alone, environment_of, in_use, missing, new_id, now
from facewright.system.outside_text import shown

DEFAULT = "local"
LOCAL, CLUSTER = "local", "cluster"
_SUCCEEDED, _CREATING = "Succeeded", "Creating"
LOCAL_ENGINE = "local_engine"
"""Detail of an environment with a cluster: what runs its services on this machine."""


def local_engine(environment: Environment) -> str:
    """Return what runs services of an environment on this machine."""
    if environment.engine in KINDS:
        return environment.engine
    return str(environment.details.get(LOCAL_ENGINE, PROCESS))


class Environments:
    """The environments of a database.

    Args:
        database: Where they are remembered.
        docker_answers: Says whether a container engine answers.
    """

    def __init__(self, database: Database, docker_answers: Callable[[], bool]) -> None:
        self._database = database
        self._docker_answers = docker_answers

    def setup(self, name: str, engine: str | None, details: Mapping[str, Any]) -> Environment:
        """Make an environment.

        Args:
            name: 1 to 20 small letters and digits.
            engine: ``process`` or ``docker``; None for docker where one answers.
            details: What was given besides.

        Raises:
            ManagementError: The name or the engine cannot be used, or the name is taken.
        """
        chosen = engine or (DOCKER if self._docker_answers() else PROCESS)
        if chosen not in KINDS:
            raise ManagementError(
                f"not an engine: expected {' or '.join(KINDS)}, received {shown(chosen)}"
            )
        return self._add(name, chosen, details, new_id())

    def setup_cluster(
        self,
        name: str,
        engine: str | None,
        details: Callable[[str], Mapping[str, Any]],
        prepare: Callable[[Environment], Mapping[str, Any]],
    ) -> Environment:
        """Make an environment with a cluster.

        Args:
            name: 1 to 20 small letters and digits.
            engine: Of its services on this machine, as in `setup`.
            details: Returns what is known of the cluster; is given the environment's id.
            prepare: Makes what it needs in the cluster, and returns what else is to be known.

        Raises:
            ManagementError: The name cannot be used, or is taken.
            EngineError: The cluster could not be prepared; nothing is left of the environment.
        """
        here = engine or (DOCKER if self._docker_answers() else PROCESS)
        id = new_id()
        known = {**details(id), LOCAL_ENGINE: here}
        made = self._add(name, KUBERNETES, known, id, state=_CREATING)
        try:
            more = prepare(made)
        except BaseException:
            self._forget(id)
            raise
        with self._database.write() as session:
            row = session.get_one(EnvironmentRow, id)
            row.state, row.mode, row.details = _SUCCEEDED, CLUSTER, {**row.details, **more}
            session.flush()
            return environment_of(row)

    def _add(
        self,
        name: str,
        engine: str,
        details: Mapping[str, Any],
        id: str,
        state: str = _SUCCEEDED,
    ) -> Environment:
        checked_environment_name(name)
        with self._database.write() as session:
            self._ensure(session)
            if _find(session, name) is not None:
                raise ManagementError(
                    f"there is an environment {shown(name)} already",
                    hint=f"use it with `facewright env set -n {name}`, or choose another name",
                )
            row = _row(name, engine, details, current=False)
            row.id, row.state = id, state
            session.add(row)
            session.flush()
            return environment_of(row)

    def _forget(self, id: str) -> None:
        with self._database.write() as session:
            row = session.get(EnvironmentRow, id)
            if row is not None:
                session.delete(row)

    def list(self, group: str | None = None) -> list[Environment]:
        """Return the environments, those of a resource group where one is named, by name."""
        with self._database.write() as session:
            self._ensure(session)
            rows = session.scalars(select(EnvironmentRow).order_by(EnvironmentRow.name))
            found = [environment_of(row) for row in rows]
        return [each for each in found if group is None or each.details.get("group") == group]

    def show(self, name: str | None = None) -> Environment:
        """Return the environment of a name; the current one for None.

        Raises:
            NotFound: There is none.
        """
        with self._database.write() as session:
            self._ensure(session)
            return environment_of(self._get(session, name))

    def set(self, name: str) -> Environment:
        """Make an environment the current one.

        Raises:
            NotFound: There is none of that name.
            ManagementError: It is not ready.
        """
        with self._database.write() as session:
            self._ensure(session)
            row = self._get(session, name)
            if row.state != _SUCCEEDED:
                raise ManagementError(
                    f"the environment {name} cannot be used: its state is {row.state}, expected "
                    f"{_SUCCEEDED}",
                    hint=f"look at it with `facewright env show -n {name}`",
                )
            session.execute(update(EnvironmentRow).values(current=False))
            row.current = True
            session.flush()
            return environment_of(row)

    def switch(self, mode: str) -> Environment:
        """Let services of the current environment go to this machine or to its cluster.

        Args:
            mode: ``local`` or ``cluster``.

        Raises:
            ManagementError: It has no cluster.
        """
        with self._database.write() as session:
            self._ensure(session)
            row = self._get(session, None)
            if mode == CLUSTER and row.engine != KUBERNETES:
                raise ManagementError(
                    f"the environment {row.name} has no cluster: its engine is {row.engine}",
                    hint="set one up with `facewright env setup --cluster`, and choose it with "
                    "`facewright env set`",
                )
            row.mode = mode
            session.flush()
            return environment_of(row)

    def delete(
        self, name: str, clear: Callable[[Environment], None] = lambda found: None
    ) -> Environment:
        """Delete an environment that has no services.

        Args:
            name: Of the environment.
            clear: Takes away what it made elsewhere; nothing is forgotten when that fails.

        Raises:
            NotFound: There is none of that name.
            InUse: Services live in it.
        """
        with self._database.write() as session:
            alone(session)
            row = self._get(session, name)
            lived = select(ServiceRow.id).where(ServiceRow.environment_id == row.id)
            users = session.scalars(lived.order_by(ServiceRow.id)).all()
            if users:
                raise in_use("environment", name, [f"the service {each}" for each in users])
            found = environment_of(row)
            clear(found)
            session.delete(row)
            return found

    def _ensure(self, session: Session) -> None:
        """Make the local environment where there is none at all."""
        alone(session)
        if not session.scalar(select(func.count()).select_from(EnvironmentRow)):
            session.add(_row(DEFAULT, PROCESS, {}, current=True))
            session.flush()

    def _get(self, session: Session, name: str | None) -> EnvironmentRow:
        if name is not None:
            row = _find(session, name)
            if row is None:
                raise missing("environment", name, "facewright env list")
            return row
        row = session.scalar(select(EnvironmentRow).where(EnvironmentRow.current))
        if row is None:
            raise ManagementError(
                "no environment is set",
                hint="choose one of `facewright env list` with `facewright env set -n NAME`",
            )
        return row


def _find(session: Session, name: str) -> EnvironmentRow | None:
    return session.scalar(select(EnvironmentRow).where(EnvironmentRow.name == name))


def _row(name: str, engine: str, details: Mapping[str, Any], *, current: bool) -> EnvironmentRow:
    return EnvironmentRow(
        id=new_id(),
        name=name,
        engine=engine,
        state=_SUCCEEDED,
        error=None,
        details=dict(details),
        current=current,
        mode=LOCAL,
        created=now(),
    )
