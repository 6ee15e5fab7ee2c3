"""Promoted artefacts: `assets/<name>.link` says which file of which run is meant. Format 1.

::

    {"format": 1, "name": "model", "run_id": "face_1795377699443",
     "artefact": "outputs/my_model.h5", "digest": "sha256:…", "size": 123,
     "created_utc": "2026-11-22T20:00:00+00:00"}

The digest makes sure that whoever follows the link gets the very file that was promoted.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from facewright.errors import RunError
from facewright.runs.history import History
from facewright.runs.record import checked_run_id
from facewright.runs.safe_paths import below, checked_artefact
from facewright.system import digest
from facewright.system.files import write_text

_FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LINK_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Asset:
    """A promoted artefact.

    Attributes:
        name: Its own, in the project.
        run_id: The run that made it.
        artefact: Its path among the run's artefacts.
        digest: ``sha256:`` and 64 hexadecimal digits.
        size: In bytes.
        created_utc: When it was promoted.
    """

    name: str
    run_id: str
    artefact: str
    digest: str
    size: int
    created_utc: str


def promote(history: History, run_id: str, artefact: str, name: str, folder: Path) -> Path:
    """Write the link of an artefact.

    Args:
        history: The history.
        run_id: The run that made it.
        artefact: Its path among the run's artefacts.
        name: Name of the asset; a link of that name is replaced.
        folder: The project's `assets` folder.

    Returns:
        The link's file.

    Raises:
        RunError: The run has no such file, or the name cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise RunError(
            "not an asset's name: expected 1 to 64 letters, digits, dots, dashes or underscores, "
            f"received {name[:100]!r}"
        )
    with history.artefacts.fetched(history.runs.id_of(run_id), artefact) as file:
        created = datetime.now(UTC).isoformat(timespec="seconds")
        content, size = digest.of_file(file), file.stat().st_size
    asset = Asset(name, run_id, artefact, content, size, created)
    link = folder / f"{name}.link"
    write_text(link, json.dumps({"format": _FORMAT, **asdict(asset)}, indent=2) + "\n")
    return link


def read_link(link: Path) -> Asset:
    """Read the link of an asset.

    Raises:
        RunError: There is none, or it is broken, or of another format.
    """
    try:
        with link.open("rb") as file:
            content: dict[str, Any] = json.loads(file.read(_LINK_LIMIT))
        if (number := content.pop("format")) != _FORMAT:
            raise ValueError(f"format {number}, expected {_FORMAT}")
        asset = Asset(**content)
        checked_run_id(asset.run_id)
        checked_artefact(asset.artefact)
        if not _DIGEST.fullmatch(asset.digest):
            raise ValueError("no digest")
        return asset
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"the link cannot be read: {link}: {error}",
            hint="`facewright history promote` writes links",
        ) from error


def download_asset(history: History, asset: Asset, folder: Path, overwrite: bool) -> Path:
    """Write the file that a link means into a folder.

    Args:
        history: The history.
        asset: What the link says.
        folder: Where to; made when missing.
        overwrite: Whether a file that is there may be replaced.

    Returns:
        The file.

    Raises:
        RunError: It is not what was promoted, or a file is in the way; nothing was written.
    """
    place = below(folder, Path(asset.artefact).name)
    if place.exists() and not overwrite:
        raise RunError(
            f"a file is in the way: {place}",
            hint="replace it with --overwrite, or name another folder with -d",
        )
    mlflow_id = history.runs.id_of(asset.run_id)
    with history.artefacts.fetched(mlflow_id, asset.artefact, folder) as file:
        if (received := digest.of_file(file)) != asset.digest:
            raise RunError(
                f"not the file that was promoted: expected {asset.digest}, received {received}",
                hint=f"promote {asset.artefact} of {asset.run_id} again if the new file is right",
            )
        file.replace(place)
    return place
