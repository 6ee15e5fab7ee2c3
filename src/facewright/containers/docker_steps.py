"""Running extra steps on an image that an engine can load."""

import contextlib
import io
import secrets
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docker
import docker.errors
from docker.utils import kwargs_from_env

from facewright.containers.docker_errors import in_our_words
from facewright.containers.engine import Hear
from facewright.errors import EngineError

_PATIENCE_SECONDS = 3600


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
        api: Any = docker.APIClient(**kwargs_from_env(), version="auto", timeout=_PATIENCE_SECONDS)
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
    for each in said:
        if "error" in each:
            raise EngineError(
                f"an extra step failed: {str(each['error'])[:500]}",
                hint="run the steps by hand on the base image to see why",
            )
        if text := str(each.get("stream", "")).rstrip():
            hear(text)


def _context(dockerfile: bytes) -> io.BytesIO:
    """Return a folder with nothing but the steps, as a tar archive: no file here can be read."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(dockerfile)
        archive.addfile(info, io.BytesIO(dockerfile))
    buffer.seek(0)
    return buffer
