"""`diagnostics.zip`: what somebody who helps needs to see of a run; values of variables are not."""

import json
import platform
import sys
import zipfile
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from facewright.compute.target import Target
from facewright.errors import FacewrightError
from facewright.runs.journal import Journal
from facewright.runs.patience import in_words
from facewright.system.files import whole_file

_FILES = ("watched.json", "carried.json", "verdict.json", "reported.jsonl")
_LOGS = ("logs/driver_log.txt", "keeper.log")
_MOST_OF_A_LOG = 16 * 1024 * 1024


def write_diagnostics(journal: Journal, target: Target, path: Path) -> None:
    """Write what is known of a run, of its target and of this machine into a zip file.

    Args:
        journal: The run.
        target: Asked for the job's state; what it says when it cannot be reached is kept too.
        path: The file, which appears whole.
    """
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr("order.json", _json(_without_values(journal)))
        archive.writestr("target.json", _json(_state(journal, target)))
        archive.writestr("machine.json", _json(_machine()))
        for name in _FILES + _LOGS:
            if (journal.folder / name).is_file():
                archive.writestr(name, _end_of(journal.folder / name), zipfile.ZIP_DEFLATED)
        for configuration in sorted((journal.folder / "config").glob("*")):
            archive.write(configuration, f"config/{configuration.name}")


def _without_values(journal: Journal) -> dict[str, Any]:
    order = asdict(journal.order())
    order["environment"] = dict.fromkeys(order["environment"], "…")
    order["tracking_uri"] = "…"  # an address may hold a password
    order["submitted"]["created"] = str(order["submitted"]["created"])
    return order


def _state(journal: Journal, target: Target) -> dict[str, Any]:
    try:
        return asdict(target.state(journal.run_id))
    except FacewrightError as error:
        return {"unreachable": in_words(error)}


def _machine() -> dict[str, Any]:
    return {
        "python": sys.version,
        "platform": platform.platform(),
        "packages": dict(sorted((each.name, each.version) for each in distributions())),
    }


def _end_of(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _MOST_OF_A_LOG))
        return file.read()


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
