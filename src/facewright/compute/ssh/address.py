"""Who signs in where, and with what."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class SshAddress:
    """A user on a host.

    Attributes:
        host: Name or address.
        port: Of its sshd.
        username: Who signs in.
        host_key: Its public key, ``ssh-ed25519 AAAA…``.
        password: To sign in with.
        key_file: Private key to sign in with. Without a password and a key, the user's SSH agent
            and own keys are tried.
        passphrase: Of the private key.
        private_key: A private key itself, in OpenSSH's format.
    """

    host: str
    port: int
    username: str
    host_key: str
    password: str | None = field(default=None, repr=False)
    key_file: Path | None = None
    passphrase: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.username}@{self.host}:{self.port}"
