"""What a service shall be in a cluster, whole; kept on its Deployment, from which it is read again.

With it, what was there before is put back exactly, and drift is what differs from it.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from facewright.environments.service_engine import Scaling
from facewright.errors import EngineError

_FORMAT = 1
_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,40}[a-z0-9])?")


@dataclass(frozen=True)
class Canary:
    """Another image that takes a share of the requests.

    Attributes:
        location: As `Workload.location`.
        image: Its digest as `Workload.image`.
        title: Its name.
        arguments: Of its server.
        percent: Share that was asked for.
        replicas: Pods of it.
        beside: Pods of the image before, so that the shares are right.
    """

    location: str
    image: str
    title: str
    arguments: tuple[str, ...]
    percent: int
    replicas: int
    beside: int


@dataclass(frozen=True)
class Workload:
    """What a service shall be.

    Attributes:
        service: Its name.
        location: Its image in the registry, by digest.
        image: Digest of the image's manifest for the machine that deployed it.
        title: Name of the image, such as ``doors:3``.
        arguments: Of the server.
        replicas: Pods.
        cpu: Processors reserved for each.
        memory: Bytes for each, reserved and at most; None for a reserve without a limit.
        collect: Whether answers are kept.
        scaling: None where the number of pods stays.
        environment: Variables.
        canary: None, or the image that is tried.
    """

    service: str
    location: str
    image: str
    title: str
    arguments: tuple[str, ...]
    replicas: int = 1
    cpu: float | None = None
    memory: int | None = None
    collect: bool = False
    scaling: Scaling | None = None
    environment: tuple[tuple[str, str], ...] = ()
    canary: Canary | None = None

    @property
    def name(self) -> str:
        """The name of its objects."""
        return object_name(self.service)

    def promoted(self) -> Self:
        """Return the service with the image that was tried."""
        if self.canary is None:
            return self
        tried = self.canary
        return replace(
            self,
            location=tried.location,
            image=tried.image,
            title=tried.title,
            arguments=tried.arguments,
            canary=None,
        )

    def to_json(self) -> str:
        """Return this as text."""
        return json.dumps({"format": _FORMAT, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` gave.

        Raises:
            EngineError: It is damaged, or of another format.
        """
        try:
            said: dict[str, Any] = json.loads(text)
            if said.pop("format") != _FORMAT:
                raise ValueError(f"expected format {_FORMAT}")
            known = {field.name for field in fields(cls)}
            values = {key: value for key, value in said.items() if key in known}
            values["arguments"] = tuple(values["arguments"])
            values["environment"] = tuple((name, text) for name, text in values["environment"])
            if values.get("scaling"):
                values["scaling"] = Scaling(**values["scaling"])
            if values.get("canary"):
                tried = values["canary"]
                values["canary"] = Canary(**{**tried, "arguments": tuple(tried["arguments"])})
            return cls(**values)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineError(
                f"what is recorded of a service in the cluster cannot be read: {error}",
                hint="delete the service and create it again",
            ) from error


def object_name(service: str) -> str:
    """Return how the objects of a service are called; names of Kubernetes' Services have no dot."""
    if _LABEL.fullmatch(service):
        return service
    digest = hashlib.sha256(service.encode()).hexdigest()[:6]
    return f"s-{service.replace('.', '-')}-{digest}"
