"""The keys of services: their digests for the server, the keys themselves for the operator alone.

::

    <folder>/<service>/keys.json           the keys, mode 0600, in a folder of mode 0700
    <folder>/<service>/digests/keys.json   what the server reads; a key cannot be made from it
    <folder>/<service>/spare.json          keys that will be the next ones, for services in clusters

An operator expects `service keys` to show the keys, so they are kept where the operator's other
secrets are, and nowhere else: not in the database, which may be shared, and not in a container.

A replica in a cluster hears of a new key a minute or two later. So its server knows, from the
start, the keys that will be next: a replaced key is followed by one that every replica knows.
"""

import json
import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

from facewright.errors import ManagementError
from facewright.serving import keys
from facewright.system.files import whole_file

NEXT = "next"
"""Whose keys the spare ones are, in the file that a server reads."""

_SCOPES = (keys.Scope.SCORE, keys.Scope.PEOPLE)
_KNOWN_SECONDS = 150.0
"""After so long every replica has read a change: nodes look every 60 to 90 s."""


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
        made = keys.create(file, service, _SCOPES)
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
        said = self._said(service)
        made = keys.regenerate(self.digests(service), slot, service)
        kept = {"primary": "", "secondary": "", **said, slot: made}
        return self._keep(service, Keys(kept["primary"], kept["secondary"]))

    def ensure_spare(self, service: str) -> None:
        """Make the keys that will be next, where there are none; before replicas are started."""
        if not self.has_spare(service):
            made = keys.create(self.digests(service), NEXT, _SCOPES)
            self.digests(service).chmod(0o644)
            since = dict.fromkeys(keys.SLOTS, 0.0)
            self._keep_spare(service, {**made._asdict(), "since": since})

    def has_spare(self, service: str) -> bool:
        """Return whether the keys that will be next are kept here."""
        return self._spare(service).is_file()

    def take_over(self, service: str, digests: bytes) -> None:
        """Go on with a service whose keys were made on another machine, by making new ones.

        Args:
            service: Its id.
            digests: What its server reads now.
        """
        file = self.digests(service)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        file.write_bytes(digests)
        made: dict[str, Any] = {slot: keys.regenerate(file, slot, NEXT) for slot in keys.SLOTS}
        since = dict.fromkeys(keys.SLOTS, time.time())
        self._keep_spare(service, {**made, "since": since})

    def not_known_for(self, service: str, slot: keys.Slot) -> float:
        """Return the seconds until every replica knows the key that will be next."""
        since = float(self._spares(service)["since"][slot])
        return max(0.0, since + _KNOWN_SECONDS - time.time())

    def advance(self, service: str, slot: keys.Slot) -> Keys:
        """Replace one key by the one that was to be next, and make another for the next time.

        Args:
            service: Its id; it has spare keys.
            slot: ``primary`` or ``secondary``.
        """
        spare, kept = self._spares(service), self._said(service)
        file, new = self.digests(service), str(spare[slot])
        keys.replace(file, slot, new, service)
        spare[slot] = keys.regenerate(file, slot, NEXT)
        spare["since"][slot] = time.time()
        self._keep_spare(service, spare)
        return self._keep(service, Keys(**{"primary": "", "secondary": "", **kept, slot: new}))

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

    def _said(self, service: str) -> dict[str, str]:
        try:
            return dict(json.loads(self._clear(service).read_bytes()))
        except (OSError, ValueError):
            return {}

    def _spare(self, service: str) -> Path:
        return self._folder / service / "spare.json"

    def _spares(self, service: str) -> dict[str, Any]:
        try:
            return dict(json.loads(self._spare(service).read_bytes()))
        except (OSError, ValueError) as error:
            raise _lost(service) from error

    def _keep_spare(self, service: str, spare: dict[str, Any]) -> None:
        with whole_file(self._spare(service)) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps(spare, indent=1) + "\n", encoding="utf-8")
        self._spare(service).chmod(0o600)

    def _clear(self, service: str) -> Path:
        return self._folder / service / "keys.json"


def _lost(service: str) -> ManagementError:
    return ManagementError(
        f"the keys of {service} are not kept here, or were changed elsewhere",
        hint="make new ones, one at a time: `facewright service keys realtime "
        f"-i {service} --regen --key Primary`, then Secondary",
    )
