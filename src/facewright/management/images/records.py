"""Images as they are remembered: versions, states, users."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.management import DeploymentRow, ImageRow, ManifestRow, ServiceRow
from facewright.management.records import ImageRecord
from facewright.management.rows import image_of, in_use, missing, new_id, next_version, now

RUNNING, SUCCEEDED, FAILED = "Running", "Succeeded", "Failed"
_LONGEST_ERROR = 4000
_DIED = "the process that built it ended before it was done"


class ImageRecords:
    """The images of a database.

    Args:
        database: Where they are remembered.
        folder: Has a lock for each image that is being built, which the kernel lets go of when
            its process ends, however that may be.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    @contextmanager
    def building(self, row: ImageRow) -> Iterator[ImageRecord]:
        """Add an image that is being built, as the next version of its name.

        What ends the block with an error is kept as the reason why it failed.

        Raises:
            NotFound: Its manifest is gone.
        """
        row.id, row.state, row.created = new_id(), RUNNING, now()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{row.id}.lock"
        with FileLock(path):
            with self._database.write() as session:
                row.version = next_version(session, ImageRow, row.name)
                if session.get(ManifestRow, row.manifest_id) is None:
                    raise missing("manifest", row.manifest_id, "facewright manifest list")
                session.add(row)
            try:
                yield image_of(row)
            except BaseException as error:
                why = str(error) or type(error).__name__
                self.change(row.id, state=FAILED, error=why[:_LONGEST_ERROR])
                raise
            finally:
                path.unlink(missing_ok=True)

    def change(self, image_id: str, **columns: Any) -> ImageRecord:
        """Change what is known of an image.

        Raises:
            NotFound: There is none.
        """
        with self._database.write() as session:
            row = _row(session, image_id)
            for name, value in columns.items():
                setattr(row, name, value)
            session.flush()
            return image_of(row)

    def get(self, image_id: str) -> ImageRecord:
        """Return an image.

        Raises:
            NotFound: There is none.
        """
        self._bury()
        with self._database.read() as session:
            return image_of(_row(session, image_id))

    def list(self) -> "list[ImageRecord]":
        """Return all images by name and version."""
        self._bury()
        with self._database.read() as session:
            rows = session.scalars(select(ImageRow).order_by(ImageRow.name, ImageRow.version))
            return [image_of(row) for row in rows]

    def users(self, image_id: str) -> Sequence[str]:
        """Return the services that run an image or may go back to it, for people."""
        with self._database.read() as session:
            return _users(session, image_id)

    def delete(self, image_id: str) -> ImageRecord:
        """Forget an image.

        Raises:
            NotFound: There is none.
            InUse: A service runs it, or it is being built.
        """
        self._bury()
        with self._database.write() as session:
            row = _row(session, image_id)
            image = image_of(row)
            users = _users(session, image_id)
            if row.state == RUNNING:
                users.append("the process that builds it")
            if users:
                raise in_use("image", f"{image.name} {image.version} ({image.id})", users)
            session.delete(row)
        return image

    def _bury(self) -> None:
        """Say of images whose builder was killed that they failed."""
        with self._database.read() as session:
            running = [*session.scalars(select(ImageRow.id).where(ImageRow.state == RUNNING))]
        for image_id in running:
            if self._take_free_lock_away(image_id):
                self._fail(image_id)
        # Builders may be killed before anything is remembered of their image.
        for path in self._folder.glob("*.lock"):
            if path.stem not in running:
                self._take_free_lock_away(path.stem)

    def _fail(self, image_id: str) -> None:
        with self._database.write() as session:
            row = session.get(ImageRow, image_id)
            if row is not None and row.state == RUNNING:
                row.state, row.error = FAILED, _DIED

    def _take_free_lock_away(self, image_id: str) -> bool:
        """Remove the lock of an image; return False, and leave it, when a builder holds it."""
        path = self._folder / f"{image_id}.lock"
        if not path.exists():
            return True
        try:
            with FileLock(path, timeout=0):
                path.unlink(missing_ok=True)
                return True
        except Timeout:
            return False


def _row(session: Session, image_id: str) -> ImageRow:
    row = session.get(ImageRow, image_id)
    if row is None:
        raise missing("image", image_id, "facewright image list")
    return row


def _users(session: Session, image_id: str) -> "list[str]":
    running = select(ServiceRow).where(ServiceRow.image_id == image_id)
    once = (
        select(ServiceRow)
        .join(DeploymentRow, DeploymentRow.service_id == ServiceRow.id)
        .where(DeploymentRow.image_id == image_id)
    )
    found = {row.id: row for query in (running, once) for row in session.scalars(query)}
    return [f"the service {row.name} ({row.id})" for row in found.values()]
