"""Which digests the records of models and manifests still name, for whoever removes files."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.tables.management import ManifestRow, ModelRow


def unused(session: Session, digests: set[str]) -> set[str]:
    """Return those of some digests that no record names; asked after `rows.alone`.

    Args:
        session: Of `Database.write`, in which records were deleted.
        digests: Of their files.
    """
    columns = (ModelRow.files, ManifestRow.files, ManifestRow.lock)
    left = set(digests)
    for column in columns:
        for content in session.scalars(select(column)):
            text = json.dumps(content)
            left = {digest for digest in left if digest not in text}
    return left
