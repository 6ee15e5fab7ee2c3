"""Services and their deployments in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.management import (
    DeploymentRow,
    ImageRow,
    ManifestModelRow,
    ManifestRow,
    ModelRow,
    ServiceRow,
)
from facewright.errors import ManagementError
from facewright.management.images.names import docker_name
from facewright.management.lineage import Lineage, lineage_of
from facewright.management.records import Deployment, Environment, ImageRecord, Service
from facewright.management.rows import deployment_of, image_of, missing, new_id, now, service_of

BEGUN, SUCCEEDED, FAILED = "Running", "Succeeded", "Failed"
TRIED = "Canary"


@dataclass(frozen=True)
class MadeOf:
    """What an image was made of.

    Attributes:
        manifest: Name of its manifest.
        version: Of that manifest.
        models: Each as in ``face [Ver. 2]``.
        image: Where it was pushed to, or what container engines call it.
    """

    manifest: str
    version: int
    models: tuple[str, ...]
    image: str


class ServiceRows:
    """The services of a database, and which images they ran.

    Args:
        database: Where they are remembered.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, id: str) -> Service | None:
        """Return the service of an id, or None."""
        with self._database.read() as session:
            row = session.get(ServiceRow, id)
            return None if row is None else service_of(row)

    def locate(self, text: str, environment: str) -> Service | None:
        """Return the service that a name or an id means, or None.

        That is the one of this name in an environment, else the one of this id, else the only one
        of this name.
        """
        with self._database.read() as session:
            named = session.scalars(select(ServiceRow).where(ServiceRow.name == text)).all()
            here = [row for row in named if row.environment_id == environment]
            by_id = session.get(ServiceRow, text)
            found = here or ([by_id] if by_id else []) or (named if len(named) == 1 else [])
            return service_of(found[0]) if found else None

    def list(self) -> list[Service]:
        """Return all services, by name."""
        with self._database.read() as session:
            return [service_of(row) for row in session.scalars(select(ServiceRow).order_by("id"))]

    def image(self, id: str) -> ImageRecord:
        """Return an image that can run.

        Raises:
            NotFound: There is none of that id.
            ManagementError: It was not built.
        """
        with self._database.read() as session:
            row = session.get(ImageRow, id)
            if row is None:
                raise missing("image", id, "facewright image list")
            image = image_of(row)
        if image.state != SUCCEEDED or image.digest is None:
            raise ManagementError(
                f"the image {id} cannot run: its state is {image.state}, expected {SUCCEEDED}",
                hint=image.error or f"look at it with `facewright image show -i {id}`",
            )
        return image

    def made_of(self, image: str) -> MadeOf:
        """Return what an image was made of."""
        with self._database.read() as session:
            row = session.get_one(ImageRow, image)
            manifest = session.get_one(ManifestRow, row.manifest_id)
            models = session.scalars(
                select(ModelRow)
                .join(ManifestModelRow, ManifestModelRow.model_id == ModelRow.id)
                .where(ManifestModelRow.manifest_id == manifest.id)
                .order_by(ModelRow.name, ModelRow.version)
            )
            named = tuple(f"{each.name} [Ver. {each.version}]" for each in models)
            image_name = row.location or docker_name(image_of(row))
            return MadeOf(manifest.name, manifest.version, named, image_name)

    def lineage(self, id: str) -> Lineage:
        """Return where a service comes from.

        Raises:
            NotFound: There is none of that id.
        """
        return lineage_of(self._database, "service", id)

    def begin(
        self,
        id: str,
        name: str,
        environment: Environment,
        image: ImageRecord,
        settings: Mapping[str, Any],
    ) -> None:
        """Remember that a service is being made; what was never done can be begun again."""
        moment = now()
        row = ServiceRow(
            id=id, name=name, environment_id=environment.id, image_id=image.id,
            settings=dict(settings), address=None, state=BEGUN, error=None,
            created=moment, updated=moment,
        )  # fmt: skip
        try:
            with self._database.write() as session:
                found = session.get(ServiceRow, id)
                if found is not None and found.state == BEGUN:
                    session.delete(found)
                    session.flush()
                session.add(row)
        except IntegrityError as error:
            raise ManagementError(f"there is a service {id} already") from error

    def deploying(self, id: str, image: ImageRecord, status: str = BEGUN) -> None:
        """Remember that a service is about to run an image, or that it tries one."""
        with self._database.write() as session:
            _forget(session, id, status)
            session.add(
                DeploymentRow(
                    id=new_id(), service_id=id, image_id=image.id, status=status, created=now()
                )
            )

    def tried(self, id: str) -> str | None:
        """Return the id of the image that a service tries, or None."""
        found = (each for each in self.deployments(id) if each.status == TRIED)
        return next((each.image_id for each in found), None)

    def deployed(
        self, id: str, image: ImageRecord, settings: Mapping[str, Any], address: str
    ) -> Service:
        """Remember that a service runs an image, and since when another does not."""
        moment = now()
        with self._database.write() as session:
            of_it = DeploymentRow.service_id == id
            live = of_it & (DeploymentRow.expired.is_(None)) & (DeploymentRow.status == SUCCEEDED)
            session.execute(update(DeploymentRow).where(live).values(expired=moment))
            begun = of_it & (DeploymentRow.status == BEGUN)
            session.execute(update(DeploymentRow).where(begun).values(status=SUCCEEDED))
            row = session.get_one(ServiceRow, id)
            row.image_id, row.settings, row.address = image.id, dict(settings), address
            row.state, row.error, row.updated = SUCCEEDED, None, moment
            session.flush()
            return service_of(row)

    def undone(self, id: str, status: str = BEGUN) -> None:
        """Forget that a service was about to run an image, or that it tries one."""
        with self._database.write() as session:
            _forget(session, id, status)

    def deployments(self, id: str) -> Sequence[Deployment]:
        """Return what a service ran, the newest first."""
        with self._database.read() as session:
            of_it = select(DeploymentRow).where(DeploymentRow.service_id == id)
            rows = session.scalars(of_it.order_by(DeploymentRow.created.desc()))
            return [deployment_of(row) for row in rows]

    def delete(self, id: str) -> None:
        """Forget a service and its deployments."""
        with self._database.write() as session:
            row = session.get(ServiceRow, id)
            if row is not None:
                session.delete(row)


def _forget(session: Session, id: str, status: str) -> None:
    for row in session.scalars(
        select(DeploymentRow).where(DeploymentRow.service_id == id, DeploymentRow.status == status)
    ):
        session.delete(row)
