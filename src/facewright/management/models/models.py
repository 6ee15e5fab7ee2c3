"""Models: registered, shown, deleted. A name has versions, and each an id of its own."""

import mimetypes
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.management import ManifestModelRow, ManifestRow, ModelRow
from facewright.errors import ManagementError
from facewright.management.kept_digests import unused
from facewright.management.lineage import Lineage, lineage_of
from facewright.management.models.facts import read_facts
from facewright.management.models.files import ModelFiles
from facewright.management.models.sources import Source
from facewright.management.names import checked_name, checked_tags, checked_text, id_in
from facewright.management.records import FOLDER_TYPE, Model, StoredFile
from facewright.management.rows import (
    alone,
    files_column,
    in_use,
    missing,
    model_of,
    next_version,
    now,
)
from facewright.system import digest

Progress = Callable[[int, int], None]
"""Is told how many are done, and of how many."""

_TYPES = {".h5": "application/x-hdf5", ".hdf5": "application/x-hdf5", ".onnx": "application/onnx"}
_TRIES = 5


@dataclass(frozen=True)
class Described:
    """What is said about a new model.

    Attributes:
        name: Of all its versions.
        description: Text.
        tags: Words, each once.
        run_id: The run whose output it is; None for the one its contract names.
    """

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    run_id: str | None = None


class Models:
    """The models of a database and their files.

    Args:
        database: Where they are remembered.
        files: Where their bytes are.
    """

    def __init__(self, database: Database, files: ModelFiles) -> None:
        self._database = database
        self.files = files

    def register(
        self, source: Source, said: Described, progress: Progress = lambda done, total: None
    ) -> Model:
        """Keep files under a name, as its next version.

        What was done before an interruption is not done again.

        Raises:
            ManagementError: A name or text cannot be kept, or a file cannot be read.
            UnsafeModelFile: A file carries code.
            ModelFileError: A contract in a file cannot be read.
        """
        row = ModelRow(
            id=uuid.uuid4().hex,
            name=checked_name(said.name, "model"),
            description=checked_text(said.description),
            tags=checked_tags(said.tags),
            place=source.place,
            mime_type=FOLDER_TYPE if source.is_folder else _mime_type(source.place),
            facts=read_facts(source.files),
            published=None,
            created=now(),
        )
        row.run_id = said.run_id or row.facts.get("training_run")
        self.files.sweep()
        for _ in range(_TRIES):
            self._fill(row, source, progress)
            if self._add(row):
                return model_of(row)
        raise ManagementError(
            f"the files of {said.name!r} were removed while they were registered",
            hint="repeat the command",
        )

    def show(self, named: str, tag: str | None = None) -> list[Model]:
        """Return the model of an id, or all versions of a name, oldest first.

        Args:
            named: An id, in 32 hex digits or as a GUID, or a name.
            tag: What they must have, or None.

        Raises:
            NotFound: There is none.
        """
        identity = id_in(named)
        wanted = ModelRow.name == named if identity is None else ModelRow.id == identity
        with self._database.read() as session:
            rows = session.scalars(select(ModelRow).where(wanted).order_by(ModelRow.version))
            found = [model_of(row) for row in rows if tag is None or tag in row.tags]
        if not found:
            raise missing("model", named, "facewright model list")
        return found

    def get(self, model_id: str) -> Model:
        """Return the model of an id.

        Raises:
            NotFound: There is none.
        """
        with self._database.read() as session:
            return model_of(_row(session, model_id))

    def open_files(self, model_id: str) -> list[tuple[StoredFile, Path]]:
        """Return the files of a model and where they are, once all were found to be right.

        Raises:
            NotFound: There is no such model.
            ManagementError: A file is missing or damaged.
        """
        model = self.get(model_id)
        return [(file, self.files.verified(file, known_as(model))) for file in model.files]

    def lineage(self, model_id: str) -> Lineage:
        """Return where a model comes from and what uses it.

        Raises:
            NotFound: There is no such model.
        """
        return lineage_of(self._database, "model", model_id)

    def check_unused(self, model_id: str) -> None:
        """Make sure that a model can be deleted.

        Raises:
            NotFound: There is no such model.
            InUse: A manifest holds it.
        """
        with self._database.read() as session:
            _unused_row(session, model_id)

    def delete(
        self, model_id: str, withdraw: Callable[[Model], None] = lambda model: None
    ) -> Model:
        """Delete a model, and its files unless something else needs them.

        Args:
            model_id: The model.
            withdraw: Takes it out of the MLflow registry; when that fails nothing is deleted.

        Raises:
            NotFound: There is no such model.
            InUse: A manifest holds it.
        """
        with self._database.read() as session:
            model = model_of(_unused_row(session, model_id))
        withdraw(model)
        with self._database.write() as session:
            alone(session)
            session.delete(_unused_row(session, model_id))
        # Not before it is certain that no record names them; nobody adds one meanwhile.
        with self._database.write() as session:
            alone(session)
            self.files.remove(unused(session, {file.digest for file in model.files}))
        return model

    def unpublished(self) -> list[Model]:
        """Return the models that the MLflow registry does not have yet, oldest first."""
        with self._database.read() as session:
            waiting = select(ModelRow).where(ModelRow.published.is_(None))
            return [model_of(row) for row in session.scalars(waiting.order_by(ModelRow.created))]

    def set_published(self, model_id: str, version: str | None) -> None:
        """Remember that the MLflow registry has a model, and as which version; None: it has not."""
        with self._database.write() as session:
            row = session.get(ModelRow, model_id)
            if row is not None:
                row.published = version

    def _fill(self, row: ModelRow, source: Source, progress: Progress) -> None:
        total, done = 2 * source.size, 0

        def hear(more: int) -> None:
            nonlocal done
            done += more
            progress(done, total)

        kept = [self.files.keep(path, name, hear) for name, path in source.files.items()]
        row.files = files_column(kept)
        row.size = sum(file.size for file in kept)
        row.digest = _digest(kept, source.is_folder)

    def _add(self, row: ModelRow) -> bool:
        with self._database.write() as session:
            row.version = next_version(session, ModelRow, row.name)
            # A model with the same bytes may have been deleted since, and its files with it.
            if not all(self.files.has(file["digest"]) for file in row.files):
                return False
            session.add(row)
        return True

    def list(self, tag: str | None = None) -> "list[Model]":
        """Return all models by name and version, or those with a tag."""
        with self._database.read() as session:
            rows = session.scalars(select(ModelRow).order_by(ModelRow.name, ModelRow.version))
            return [model_of(row) for row in rows if tag is None or tag in row.tags]


def known_as(model: Model) -> str:
    """Return how a model is named to people."""
    return f"{model.name} {model.version} ({model.id})"


def _row(session: Session, model_id: str) -> ModelRow:
    row = session.get(ModelRow, id_in(model_id) or model_id)
    if row is None:
        raise missing("model", model_id, "facewright model list")
    return row


def _unused_row(session: Session, model_id: str) -> ModelRow:
    row = _row(session, model_id)
    if users := _users(session, row.id):
        raise in_use("model", known_as(model_of(row)), users)
    return row


def _users(session: Session, model_id: str) -> list[str]:
    holding = (
        select(ManifestRow.name, ManifestRow.version, ManifestRow.id)
        .join(ManifestModelRow, ManifestModelRow.manifest_id == ManifestRow.id)
        .where(ManifestModelRow.model_id == model_id)
        .order_by(ManifestRow.name, ManifestRow.version)
    )
    rows = session.execute(holding)
    return [f"the manifest {name} {version} ({id_})" for name, version, id_ in rows]


def _mime_type(place: str) -> str:
    known = _TYPES.get(Path(place).suffix.lower())
    return known or mimetypes.guess_type(place)[0] or "application/octet-stream"


def _digest(files: list[StoredFile], is_folder: bool) -> str:
    if not is_folder:
        return files[0].digest
    lines = sorted(f"{file.digest}  {file.path}\n" for file in files)
    return digest.of_text("".join(lines))
