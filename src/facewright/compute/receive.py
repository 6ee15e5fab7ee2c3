"""A folder that comes from a target takes its place whole."""

import shutil
import uuid
from pathlib import Path

from facewright.compute.agent.frames import Limits, Stream, replace_folder, unpack
from facewright.errors import TargetError

# More than a run can mean to bring home; a loop that writes files is stopped here.
LIMITS = Limits(files=100_000, bytes=64 << 30)


def receive_folder(stream: Stream, destination: Path) -> None:
    """Unpack a stream of files in the place of `destination`, or leave that as it was.

    Raises:
        TargetError: The stream is broken or too large, or this machine has no room for it.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    temporary = destination.with_name(f".{destination.name}-{uuid.uuid4().hex[:8]}")
    try:
        unpack(stream, temporary, LIMITS)
        replace_folder(temporary, destination)
    except OSError as error:
        raise TargetError(f"the files cannot be written to {destination}: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
