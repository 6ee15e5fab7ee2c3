"""Passwords of targets: files of the user's own, outside of projects.

A password goes only to the user, host and host key that it was given for; who changes a project's
files cannot have it sent elsewhere.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from facewright.compute.configuration import ComputeConfiguration
from facewright.compute.places import Places
from facewright.compute.settings_file import checked_name
from facewright.errors import TargetError


@dataclass(frozen=True)
class Secret:
    """What signs in to a target.

    Attributes:
        password: Of the user.
        passphrase: Of the private key.
        private_key: A key pair of Facewright's own, made for the target, in OpenSSH's format.
    """

    password: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)


def store_secret(name: str, target: ComputeConfiguration, places: Places, secret: Secret) -> None:
    """Keep a target's secret; nothing is written when there is nothing to keep."""
    remove_secret(name, places)
    if secret == Secret():
        return
    path = _path(name, places)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    (places.data / "secrets").chmod(0o700)
    content = json.dumps({"for": _bound_to(target), **asdict(secret)}).encode()
    temporary = path.with_suffix(".part")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)


def read_secret(name: str, target: ComputeConfiguration, places: Places) -> Secret:
    """Return a target's secret; an empty one when none is kept.

    Raises:
        TargetError: It was given for another user or host than the target's file names.
    """
    try:
        content = json.loads(_path(name, places).read_bytes())
    except FileNotFoundError:
        return Secret()
    except (OSError, ValueError) as error:
        raise TargetError(
            f"the password of {name} cannot be read: {error}", hint="attach the target again"
        ) from error
    if content.pop("for") != _bound_to(target):
        raise TargetError(
            f"the password of {name} was given for another user, host or host key than its file "
            "names now; it was not sent",
            hint=f"attach the target again if {name}.compute is right",
        )
    return Secret(**content)


def has_secret(name: str, places: Places) -> bool:
    """Return whether a secret is kept for a target."""
    return _path(name, places).is_file()


def remove_secret(name: str, places: Places) -> bool:
    """Forget a target's secret; return whether there was one."""
    path = _path(name, places)
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed


def _path(name: str, places: Places) -> Path:
    return places.data / "secrets" / checked_name(places.project_id) / f"{checked_name(name)}.json"


def _bound_to(target: ComputeConfiguration) -> list[str | int | None]:
    return [target.username, target.address, target.port, target.host_key]
