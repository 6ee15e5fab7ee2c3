"""Running extra steps on an image that an engine can load."""

import contextlib
import io
import re
import secrets
import tarfile
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import docker
import docker.errors

from facewright.containers.docker import engine_address
from facewright.containers.docker_errors import in_our_words
from facewright.containers.engine import Hear
from facewright.errors import EngineError
from facewright.system.outside_text import has_hidden

_PATIENCE_SECONDS = 3600
_LAST_LINES, _LONGEST = 20, 500
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What the engine says of its own work.
_OF_ENGINE = re.compile(r" ---> |Removing intermediate container |Step \d+/\d+ : ")


def run_steps(
    archive: Path, name: str, steps: Sequence[str], user: str, saved: Path, hear: Hear
) -> None:
    """Load an image, run steps as root on top of it, and save what comes out.

    Args:
        archive: As `docker load` takes it.
        name: What the image is called in it.
        steps: Lines of a Dockerfile.
        user: As whom containers start afterwards.
        saved: Where to write the new image, as `docker save` does.
        hear: Hears what the steps say.

    Raises:
        EngineUnreachable: No engine answers.
        EngineError: A step fails.
    """
    made = f"facewright-steps:{secrets.token_hex(8)}"
    with in_our_words("the extra steps cannot be run"):
        where = engine_address(None)
        api: Any = docker.APIClient(**where, version="auto", timeout=_PATIENCE_SECONDS)
        with contextlib.closing(api):
            try:
                with archive.open("rb") as file:
                    list(api.load_image(file))
                _build(api, [f"FROM {name}", "USER 0:0", *steps, f"USER {user}"], made, hear)
                with saved.open("wb") as file:
                    file.writelines(api.get_image(made))
            finally:
                for each in (made, name):
                    with contextlib.suppress(docker.errors.APIError):
                        api.remove_image(each, force=True)


def _build(api: Any, lines: Sequence[str], name: str, hear: Hear) -> None:
    context = _context("\n".join(lines).encode())
    said = api.build(
        fileobj=context, custom_context=True, tag=name, rm=True, forcerm=True, decode=True
    )
    last: deque[str] = deque(maxlen=_LAST_LINES)
    for each in said:
        if "error" in each:
            raise EngineError(
                f"an extra step failed: {str(each['error'])[:_LONGEST]}" + _shown(last),
                hint="mend the step; nothing was kept of the image",
            )
        for line in _COLOURS.sub("", str(each.get("stream", ""))).splitlines():
            if line.strip() and not has_hidden(line):
                last.append(line)
                hear(line)


def _shown(lines: Iterable[str]) -> str:
    """Return what a step printed last, since the reason is there."""
    shown = [f"\n  {line.rstrip()[:_LONGEST]}" for line in lines if not _OF_ENGINE.match(line)]
    return f"; its last lines:{''.join(shown)}" if shown else ""


def _context(dockerfile: bytes) -> io.BytesIO:
    """Return a folder with nothing but the steps, as a tar archive: no file here can be read."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(dockerfile)
        archive.addfile(info, io.BytesIO(dockerfile))
    buffer.seek(0)
    return buffer
