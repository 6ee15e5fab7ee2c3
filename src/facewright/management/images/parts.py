"""Everything an image is made of, looked up and verified before anything is built."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facewright.database.database import Database
from facewright.database.tables.management import ManifestRow
from facewright.management.models.models import Models
from facewright.management.records import Manifest, Model, StoredFile
from facewright.management.rows import manifest_of, missing
from facewright.system.digest import of_text


@dataclass(frozen=True)
class PlacedFile:
    """A file of an image.

    Attributes:
        path: Relative to the application's folder.
        digest: ``sha256:…``.
        source: Where it is on this machine.
    """

    path: str
    digest: str
    source: Path


@dataclass(frozen=True)
class Parts:
    """What does not depend on a platform.

    Attributes:
        name: Of the image.
        description: Of the image.
        manifest: What it is made from.
        models: The manifest's.
        model_files: Of each of `models`, in the same order.
        app: The manifest's own files.
    """

    name: str
    description: str
    manifest: Manifest
    models: tuple[Model, ...]
    model_files: tuple[tuple[PlacedFile, ...], ...]
    app: tuple[PlacedFile, ...]

    @property
    def scripts(self) -> list[bytes]:
        """Return the manifest's own code."""
        return [file.source.read_bytes() for file in self.app if file.path.endswith(".py")]

    @property
    def schema_path(self) -> str | None:
        """Return where the schema is, if it is one of the manifest's files."""
        if self.manifest.schema is None:
            return None
        named = [file.path for file in self.app if file.path.rpartition("/")[2] == "schema.json"]
        return named[0] if named else None

    @property
    def labels(self) -> dict[str, str]:
        """Return what an image says of itself: names and digests, no ids and no times.

        Ids differ from machine to machine; with them the same inputs would be another image.
        """
        manifest = self.manifest
        facts = next((model.facts for model in self.models if model.facts), None)
        labels = {
            "facewright.manifest": _text({"name": manifest.name, "digest": self.digest}),
            "facewright.model": _text(
                [{"name": each.name, "digest": each.digest} for each in self.models]
            ),
            "org.opencontainers.image.title": self.name,
        }
        if self.description:
            labels["org.opencontainers.image.description"] = self.description
        if manifest.schema is not None:
            labels["facewright.schema"] = _text(manifest.schema)
        if facts is not None:
            labels["facewright.contract"] = _text(facts)
        return labels

    @property
    def digest(self) -> str:
        """Return the digest of what the manifest says, whatever its id and version are."""
        placed = [file for files in self.model_files for file in files]
        files = sorted([file.path, file.digest] for file in (*self.app, *placed))
        return of_text(_text([self.manifest.driver, files, self.manifest.requirements]))


def find_parts(
    database: Database, models: Models, manifest_id: str, name: str, description: str
) -> Parts:
    """Look up a manifest and verify all files that it names.

    Raises:
        NotFound: There is no such manifest.
        ManagementError: A file is missing or damaged.
    """
    with database.read() as session:
        row = session.get(ManifestRow, manifest_id)
        if row is None:
            raise missing("manifest", manifest_id, "facewright manifest list")
        manifest = manifest_of(session, row)
    found = [(models.get(placed.model), placed.place) for placed in manifest.models]
    return Parts(
        name,
        description,
        manifest,
        tuple(model for model, _ in found),
        tuple(_model_files(models, model, place) for model, place in found),
        tuple(_placed(models, manifest.files, f"manifest {manifest.name} {manifest.version}")),
    )


def _model_files(models: Models, model: Model, place: str) -> tuple[PlacedFile, ...]:
    return tuple(_placed(models, model.files_at(place), f"{model.name} {model.version}"))


def _placed(models: Models, files: tuple[StoredFile, ...], owner: str) -> list[PlacedFile]:
    return [
        PlacedFile(file.path, file.digest, models.files.verified(file, owner)) for file in files
    ]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


Hear = Callable[[str], None]
"""Hears what is being done, a line at a time."""
