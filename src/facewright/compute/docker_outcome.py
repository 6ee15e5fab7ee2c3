"""What the container of a job tells: where the job is, what it printed, what it left."""

import re
import signal

from facewright.compute.agent.plain_files import parts_of
from facewright.compute.docker_files import is_folder, read_one
from facewright.compute.docker_job import ENDED, FOLDER
from facewright.compute.job import JobState, Phase
from facewright.containers.engine import ContainerState, Engine, Pieces, Status
from facewright.errors import TargetError

MOST_READ = 8 << 20
_SIGNAL = 128
_LONGEST_CODE = 16


def state_of(engine: Engine, name: str) -> JobState:
    """Return where the job of a container is."""
    state = engine.containers.state(name)
    if state is None or state.status is Status.CREATED:
        return JobState(Phase.ABSENT)
    if state.status is Status.RUNNING:
        return JobState(Phase.RUNNING)
    pieces = engine.contents.get(name, f"{ENDED}/exit_code")
    told = read_one(pieces, 0, _LONGEST_CODE) if pieces else b""
    return _ended(state, told, cancelled=_is_there(engine, name, f"{ENDED}/cancelled"))


def log_of(engine: Engine, name: str, offset: int) -> bytes:
    """Return what a job printed after the first `offset` bytes, at most 8 MiB."""
    kept, skipped = bytearray(), 0
    for piece in engine.contents.log(name):
        rest = piece[max(0, offset - skipped) :]
        skipped += len(piece) - len(rest)
        kept += rest
        if len(kept) >= MOST_READ:
            break
    return bytes(kept[:MOST_READ])


def file_of(engine: Engine, name: str, path: str, offset: int) -> bytes:
    """Return what a file in the job's folder holds from `offset` on, at most 8 MiB.

    Raises:
        TargetError: It is no plain file, or behind a link.
    """
    pieces = archive_of(engine, name, path)
    return b"" if pieces is None else read_one(pieces, offset, MOST_READ)


def archive_of(engine: Engine, name: str, path: str) -> Pieces | None:
    """Return an archive of what is at a path in the job's folder; None when nothing is there.

    Raises:
        TargetError: It is behind a link.
    """
    *parents, _ = parts_of(path)
    for count in range(1, len(parents) + 1):
        parent = "/".join(parents[:count])
        pieces = engine.contents.get(name, f"{FOLDER}/{parent}")
        if pieces is not None and not is_folder(pieces):
            raise TargetError(f"behind a link, or not in a folder: {path!r}")
    return engine.contents.get(name, f"{FOLDER}/{path}")


def _ended(state: ContainerState, told: bytes, *, cancelled: bool) -> JobState:
    code = _exit_code(state, told)
    if code is None:
        return JobState(Phase.LOST, None, "the container engine went down with it")
    reason = f"killed by {signal.Signals(-code).name}" if code < 0 else None
    if code and state.out_of_memory:
        reason = "killed: out of memory"
    return JobState(Phase.ENDED, code, "cancelled" if cancelled else reason)


def _exit_code(state: ContainerState, told: bytes) -> int | None:
    """Return the exit code that was written down, else what the engine says of a signal."""
    if re.fullmatch(rb"-?\d{1,3}", told):
        return int(told)
    number = state.exit_code - _SIGNAL
    return -number if number in set(signal.Signals) else None


def _is_there(engine: Engine, name: str, path: str) -> bool:
    pieces = engine.contents.get(name, path)
    if pieces is None:
        return False
    pieces.close()
    return True
