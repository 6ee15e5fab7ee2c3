"""What people compare when they ask whether a host is the right one."""

import base64
import binascii
import hashlib

from facewright.errors import TargetError


def fingerprint_of(line: str) -> str:
    """Return the fingerprint of a public key, as OpenSSH shows it: ``SHA256:…``.

    Args:
        line: The key, ``ssh-ed25519 AAAA…``.

    Raises:
        TargetError: It is none.
    """
    try:
        data = base64.b64decode(line.split()[1], validate=True)
    except (IndexError, binascii.Error) as error:
        raise TargetError(
            f"not a host key: {line[:40]!r}", hint="detach the target and attach it again"
        ) from error
    return f"SHA256:{base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')}"
