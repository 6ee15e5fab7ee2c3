"""Who we are to a registry: what `docker login` or `podman login` left on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import docker.auth
import docker.errors

from facewright.errors import ImageError


class Login(NamedTuple):
    """A user name and a password; the password is in no text of it."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


def login_for(host: str | None) -> Login | None:
    """Return what this machine knows of a registry, or None.

    The file that Docker's own client would read goes first: `$DOCKER_CONFIG/config.json`, else
    `~/.docker/config.json`, with its credential helpers; then Podman's and Buildah's.

    Args:
        host: As in names of images, ``registry.example:5000``; None for the public one.

    Raises:
        ImageError: A file or a credential helper is there, but cannot be used.
    """
    for path in _files():
        try:
            kept = docker.auth.load_config(None if path is None else str(path))
            found = docker.auth.resolve_authconfig(kept, host)
        except (docker.errors.DockerException, ValueError, OSError) as error:
            raise ImageError(
                f"the credentials for {_named(host)} cannot be read: {type(error).__name__}",
                hint=f"sign in again with `{sign_in(host)}`",
            ) from error
        if found:
            return _login(found, host)
    return None


def _files() -> Iterator[Path | None]:
    yield None  # Docker's own rules
    if named := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(named)
    for folder in (os.environ.get("XDG_RUNTIME_DIR"), Path.home() / ".config"):
        if folder and (path := Path(folder, "containers", "auth.json")).is_file():
            yield path


def _login(found: dict[str, Any], host: str | None) -> Login | None:
    # The library writes the names of fields in two ways, by where an entry comes from.
    fields = {name.lower(): value for name, value in found.items()}
    if fields.get("identitytoken"):
        raise ImageError(
            f"the credentials for {_named(host)} are an identity token, which only Docker can use",
            hint="sign in with a user name and a password, or an access token as the password",
        )
    if not fields.get("username"):
        return None
    return Login(str(fields["username"]), str(fields.get("password") or ""))


def sign_in(host: str | None) -> str:
    """Return what to type to sign in."""
    return f"docker login {host}" if host else "docker login"


def _named(host: str | None) -> str:
    return host or "the public registry"
