"""A key pair of Facewright's own, for one target."""

from dataclasses import dataclass, field

import asyncssh


@dataclass(frozen=True)
class KeyPair:
    """An Ed25519 key pair.

    Attributes:
        private: In OpenSSH's format, without a passphrase.
        public: A line for the host's ``~/.ssh/authorized_keys``.
    """

    private: str = field(repr=False)
    public: str


def make_key_pair(comment: str) -> KeyPair:
    """Return a new key pair; the comment says what it is for."""
    key = asyncssh.generate_private_key("ssh-ed25519", comment)
    private, public = key.export_private_key(), key.export_public_key()
    return KeyPair(private.decode(), public.decode().strip())
