"""Manifests: what a service is made of, checked and locked. A name has versions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from sqlalchemy import select

from facewright.containers.engine import Hear
from facewright.database.database import Database
from facewright.database.tables.management import ManifestModelRow, ManifestRow, ModelRow
from facewright.errors import ManagementError
from facewright.management.kept_digests import unused
from facewright.management.lineage import Lineage, lineage_of
from facewright.management.manifests.draft import RUNTIME, Draft, Lying, draft_manifest
from facewright.management.manifests.files import checked_path
from facewright.management.manifests.lock import FIRST_PLATFORM, LockedWheel, Locks, lock_column
from facewright.management.manifests.locks import ManifestLocks, Tell
from facewright.management.manifests.notes import notes_on
from facewright.management.manifests.order import ManifestOrder
from facewright.management.manifests.rows import kept_digests, manifest_row, users_of
from facewright.management.models.facts import read_facts
from facewright.management.models.models import Described, Models, known_as
from facewright.management.models.sources import Source, find_source
from facewright.management.names import checked_name
from facewright.management.records import Manifest, Model, StoredFile
from facewright.management.rows import (
    alone,
    files_column,
    in_use,
    manifest_of,
    missing,
    new_id,
    next_version,
    now,
)

_TRIES = 5
_MODEL_LIMIT = 4_000_000_000  # bytes


class Manifests:
    """The manifests of a database, their files and their wheels.

    Args:
        database: Where they are remembered.
        models: What they may hold; their store keeps the files of manifests too.
        cache: Folder for packages that are looked up.

    Attributes:
        models: As given.
    """

    def __init__(self, database: Database, models: Models, cache: Path) -> None:
        self._database = database
        self.models = models
        self._files = models.files
        self._locks = ManifestLocks(database, Locks(models.files, cache))

    def create(
        self, order: ManifestOrder, hear: Hear, tell: Tell, *, fresh: bool = False
    ) -> Manifest:
        """Check, lock and keep a manifest, as the next version of its name.

        Args:
            order: What it shall be.
            hear: Hears what pip says while packages are looked up.
            tell: Hears what may be other than it was meant.
            fresh: Whether packages are looked up although a manifest with the same needs has them.

        Raises:
            NotFound: A model is not there.
            ManagementError: Something is missing, unsuitable, or lies elsewhere.
            SchemaError: The schema is none, or does not fit the script.
            DependenciesError: The packages cannot be brought together.
        """
        models = [self.models.show(named)[-1] for named in order.models]
        sources = [_source(order.folder, given) for given in order.model_files]
        lying = [Lying(known_as(model), model.place) for model in models]
        lying += [Lying(source.place, source.place) for source in sources]
        draft = draft_manifest(order, lying)
        for source in sources:
            read_facts(source.files)  # what cannot be registered is refused before pip is asked
        if not lying:
            tell("No model information provided, skipping model creation")
        wheels = self._locks.lock(draft.needs, hear, tell, fresh=fresh)
        for note in notes_on(draft, wheels, self._locks.top_level_names(wheels)):
            tell(note)
        with _registered(self.models, sources, tell) as registered:
            return self._keep(order, draft, [*models, *registered], wheels)

    def show(self, manifest_id: str) -> Manifest:
        """Return a manifest.

        Raises:
            NotFound: There is none of that id.
        """
        with self._database.read() as session:
            return manifest_of(session, manifest_row(session, manifest_id))

    def list(self) -> "list[Manifest]":
        """Return all manifests by name and version."""
        ordered = select(ManifestRow).order_by(ManifestRow.name, ManifestRow.version)
        with self._database.read() as session:
            return [manifest_of(session, row) for row in session.scalars(ordered)]

    def lineage(self, manifest_id: str) -> Lineage:
        """Return where a manifest comes from and what uses it.

        Raises:
            NotFound: There is none of that id.
        """
        return lineage_of(self._database, "manifest", self.show(manifest_id).id)

    def delete(self, manifest_id: str) -> Manifest:
        """Delete a manifest, and its files and wheels unless something else needs them.

        Raises:
            NotFound: There is none of that id.
            InUse: An image was made from it.
        """
        with self._database.write() as session:
            alone(session)
            row = manifest_row(session, manifest_id)
            users = users_of(session, row)
            if users:
                raise in_use("manifest", f"{row.name} {row.version} ({row.id})", users)
            manifest, digests = manifest_of(session, row), kept_digests(row)
            session.delete(row)
            session.flush()
            # Before others may name the same bytes, which they would find and not copy.
            self._files.remove(unused(session, digests))
        return manifest

    def _keep(
        self,
        order: ManifestOrder,
        draft: Draft,
        models: Sequence[Model],
        wheels: Sequence[LockedWheel],
    ) -> Manifest:
        row = ManifestRow(
            id=new_id(),
            name=order.name,
            description=order.description,
            driver=draft.driver,
            runtime=RUNTIME,
            requirements=draft.needs.as_column(),
            lock=lock_column(FIRST_PLATFORM, wheels),
            schema=draft.schema,
            created=now(),
        )
        for _ in range(_TRIES):
            row.files = files_column(self._kept(draft))
            kept = self._add(row, list(zip(models, draft.places, strict=True)))
            if kept is not None:
                return kept
        raise ManagementError(
            f"the files of {order.name!r} were removed while it was made", hint="repeat the command"
        )

    def _kept(self, draft: Draft) -> Iterator[StoredFile]:
        for path, file in draft.files.items():
            stored = self._files.keep(file, path, lambda _: None)
            if draft.digests.get(path, stored.digest) != stored.digest:
                raise ManagementError(
                    f"the file changed while it was read: {path}", hint="repeat the command"
                )
            yield stored

    def _add(self, row: ManifestRow, placed: Sequence[tuple[Model, str]]) -> Manifest | None:
        """Remember a manifest; return None when its bytes were removed since they were kept."""
        with self._database.write() as session:
            row.version = next_version(session, ManifestRow, row.name)
            for model, _ in placed:
                if session.get(ModelRow, model.id) is None:
                    raise missing("model", model.id, "facewright model list")
            if not all(map(self._files.has, kept_digests(row))):
                return None
            session.add(row)
            session.flush()
            session.add_all(
                ManifestModelRow(manifest_id=row.id, model_id=model.id, place=place)
                for model, place in placed
            )
            session.flush()
            return manifest_of(session, row)


def _source(folder: Path, given: str) -> Source:
    place = checked_path(given, "a model")
    checked_name(PurePosixPath(place).name, "model")
    return find_source(folder / place, _MODEL_LIMIT, place)


@contextmanager
def _registered(models: Models, sources: Sequence[Source], tell: Tell) -> Iterator[list[Model]]:
    """Yield the models that the sources became; they go again when the block fails."""
    registered: list[Model] = []
    try:
        for source in sources:
            name = PurePosixPath(source.place).name
            registered.append(models.register(source, Described(name)))
            tell(f"Registered the model {known_as(registered[-1])}")
        yield registered
    except BaseException:
        for model in registered:
            models.delete(model.id)
        raise
