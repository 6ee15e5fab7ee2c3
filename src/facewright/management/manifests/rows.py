"""Rows of manifests: found by id, with what they name and what names them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.tables.management import ImageRow, ManifestRow
from facewright.management.names import id_in
from facewright.management.rows import missing


def manifest_row(session: Session, manifest_id: str) -> ManifestRow:
    """Return the row of a manifest.

    Args:
        session: Of the database.
        manifest_id: A GUID, with or without its dashes.

    Raises:
        NotFound: There is none.
    """
    plain = id_in(manifest_id)
    row = None if plain is None else session.get(ManifestRow, str(UUID(plain)))
    if row is None:
        raise missing("manifest", manifest_id, "facewright manifest list")
    return row


def users_of(session: Session, row: ManifestRow) -> list[str]:
    """Return the images that were made from a manifest, for people."""
    made = select(ImageRow).where(ImageRow.manifest_id == row.id)
    ordered = session.scalars(made.order_by(ImageRow.name, ImageRow.version))
    return [f"the image {image.name} {image.version} ({image.id})" for image in ordered]


def kept_digests(row: ManifestRow) -> set[str]:
    """Return the digests of a manifest's files and wheels."""
    wheels = [wheel for each in row.lock.values() for wheel in each]
    return {each["digest"] for each in [*row.files, *wheels]}
