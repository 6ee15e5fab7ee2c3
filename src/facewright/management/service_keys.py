"""The keys of services: their digests for the server, the keys themselves for the operator alone.

::

    <folder>/<service>/keys.json           the keys, mode 0600, in a folder of mode 0700
    <folder>/<service>/digests/keys.json   what the server reads; a key cannot be made from it

An operator expects `service keys` to show the keys, so they are kept where the operator's other
secrets are, and nowhere else: not in the database, which may be shared, and not in a container.
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

from facewright.errors import ManagementError
from facewright.serving import keys
from facewright.system.files import whole_file


class Keys(NamedTuple):
    """The two keys of a service; both are valid."""

    primary: str
    secondary: str


class ServiceKeys:
    """The keys of all services of a data folder.

    Args:
        folder: Holds a folder for each service.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def digests(self, service: str) -> Path:
        """Return the file that a server of the service reads."""
        return self._folder / service / "digests" / "keys.json"

    def make(self, service: str) -> Keys:
        """Make both keys anew."""
        file = self.digests(service)
        file.unlink(missing_ok=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        made = keys.create(file, service, [keys.Scope.SCORE, keys.Scope.PEOPLE])
        return self._keep(service, Keys(made.primary, made.secondary))

    def ensure(self, service: str) -> Keys:
        """Return the keys, made when there are none."""
        return self.show(service) if self.digests(service).is_file() else self.make(service)

    def show(self, service: str) -> Keys:
        """Return the keys.

        Raises:
            ManagementError: There are none, or those that were kept are not the valid ones.
        """
        try:
            said = json.loads(self._clear(service).read_bytes())
            found = Keys(said["primary"], said["secondary"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _lost(service) from error
        holder = keys.read(self.digests(service)).get(service)
        stored = [holder.primary.sha256, holder.secondary.sha256] if holder else []
        if [keys.digest_of(key).hex() for key in found] != stored:
            raise _lost(service)
        return found

    def regenerate(self, service: str, slot: keys.Slot) -> Keys:
        """Replace one key; the other stays valid.

        Args:
            service: Its id.
            slot: ``primary`` or ``secondary``.
        """
        try:
            said = json.loads(self._clear(service).read_bytes())
        except (OSError, ValueError):
            said = {}
        made = keys.regenerate(self.digests(service), slot, service)
        kept = {"primary": "", "secondary": "", **said, slot: made}
        return self._keep(service, Keys(kept["primary"], kept["secondary"]))

    def forget(self, service: str) -> None:
        """Delete the keys; the server must be gone."""
        shutil.rmtree(self._folder / service, ignore_errors=True)

    def _keep(self, service: str, made: Keys) -> Keys:
        # Readable by the server's user, whatever the umask; it holds digests alone.
        self.digests(service).parent.chmod(0o755)
        self.digests(service).chmod(0o644)
        with whole_file(self._clear(service)) as temporary:
            temporary.write_text(json.dumps(made._asdict(), indent=1) + "\n", encoding="utf-8")
        self._clear(service).chmod(0o600)
        return made

    def _clear(self, service: str) -> Path:
        return self._folder / service / "keys.json"


def _lost(service: str) -> ManagementError:
    return ManagementError(
        f"the keys of {service} are not kept here, or were changed elsewhere",
        hint="make new ones, one at a time: `facewright service keys realtime "
        f"-i {service} --regen --key Primary`, then Secondary",
    )
