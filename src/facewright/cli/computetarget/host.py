"""A host is known by its key before anything is sent to it."""

import sys
from typing import TYPE_CHECKING

import typer

from facewright.cli.console import Console
from facewright.cli.errors import FAILED
from facewright.errors import TargetError

if TYPE_CHECKING:
    from facewright.compute.ssh.host_key import HostKey


def confirmed_host_key(host: str, port: int, fingerprint: str | None, yes: bool) -> "HostKey":
    """Ask a host for its key, and the user whether it is the right one.

    Args:
        host: Name or address.
        port: Of its sshd.
        fingerprint: What the key's must be, ``SHA256:…``; nobody is asked then.
        yes: Whether any key is right.

    Raises:
        TargetUnreachable: The host does not answer.
        TargetError: It has another fingerprint, or nobody can be asked.
    """
    from facewright.embedders.lazy import resolve

    found: HostKey = resolve("facewright.compute.ssh.host_key:fetch_host_key", "ssh")(host, port)
    if fingerprint is not None and fingerprint != found.fingerprint:
        raise TargetError(
            f"{host}:{port} is another host: expected the key {fingerprint}, "
            f"received {found.fingerprint}; nothing was sent",
            hint="ask whoever runs the host for its fingerprint",
        )
    Console().say(f"Host key of {host}:{port}: {found.fingerprint}")
    if fingerprint is None and not yes:
        _ask(found.fingerprint)
    return found


def _ask(fingerprint: str) -> None:
    if not sys.stdin.isatty():
        raise TargetError(
            f"nobody confirmed the host key {fingerprint}, and there is no terminal to ask on",
            hint=f"add `--fingerprint {fingerprint}` once you know that it is right, or --yes",
        )
    if not typer.confirm("Is this the host's key?", err=True):
        Console().say("Nothing was written")
        raise typer.Exit(FAILED)
