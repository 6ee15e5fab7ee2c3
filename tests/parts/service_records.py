"""Records of images for tests of services, without making manifests and images by commands."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

from service_images import Shelf

from facewright.database.database import open_database
from facewright.database.tables.management import ImageRow, ManifestRow


def record_image(
    data: Path, shelf: Shelf, text: str, name: str = "face", url: str | None = None
) -> str:
    """Remember an image with a script in the database of a data folder; return its id.

    Args:
        data: The data folder.
        shelf: The images.
        text: The script.
        name: Begins the names of manifest and image.
        url: Of another database.
    """
    image = shelf.image(text)
    data.mkdir(parents=True, exist_ok=True)
    layout = data / "images"
    if not layout.exists():
        layout.symlink_to(shelf.layout.folder)
    moment, manifest, id = datetime.now(UTC), str(uuid.uuid4()), str(uuid.uuid4())
    with (
        open_database(url or f"sqlite:///{data / 'facewright.db'}") as database,
        database.write() as session,
    ):
        session.add(
            ManifestRow(
                id=manifest, name=f"{name}-{manifest[:8]}", version=1, description="",
                driver="score.py", runtime="python", files=[], requirements={}, lock={},
                schema=None, created=moment,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            ImageRow(
                id=id, name=f"{name}-{id[:8]}", version=1, manifest_id=manifest, description="",
                digest=image.manifest.digest, size=0, platforms=[str(image.platform)],
                base={}, location=None, state="Succeeded", error=None, created=moment,
            )
        )  # fmt: skip
    return id
