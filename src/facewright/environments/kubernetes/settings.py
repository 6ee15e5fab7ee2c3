"""What an environment says about its cluster; kept with the environment's record."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from facewright.errors import EngineError

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_REGISTRY = re.compile(r"[a-zA-Z0-9.-]+(:\d{1,5})?(/[a-z0-9][a-z0-9._/-]*)?")
_LEAST_SECONDS, _MOST_SECONDS = 5, 3600


class Expose(StrEnum):
    """How clients outside reach services."""

    INGRESS = "ingress"
    GATEWAY = "gateway"
    NODE_PORT = "nodeport"
    CLUSTER_IP = "cluster-ip"


@dataclass(frozen=True)
class ClusterSettings:
    """What an environment says about its cluster.

    Attributes:
        environment: Id of the environment; a label of everything that is made for it.
        name: Its name.
        registry: Host, port and perhaps a path, where images go and nodes fetch them.
        kubeconfig: File; None for the usual places.
        context: Of that file; None for its current one.
        namespace: Where everything of it is.
        plain_http: Whether the registry speaks HTTP without TLS.
        pull_secret: Secret with which nodes may fetch images.
        storage_class: Of volumes that many pods write, for answers that are kept.
        expose: How clients outside reach services.
        ingress_host: Name in their addresses.
        ingress_class: Of the controller that is meant; None for the cluster's default.
        tls_secret: Secret with the certificate of that name.
        gateway: ``[namespace/]name`` of the gateway that routes hang on.
        address: Of a node, or of what stands before them; None for that of a pod's node.
        gallery_secret: Secret whose key `url` is the database of people.
        ready_within: Seconds from the start of a container in which it must be ready.
    """

    environment: str
    name: str
    registry: str
    kubeconfig: str | None = None
    context: str | None = None
    namespace: str = "default"
    plain_http: bool = False
    pull_secret: str | None = None
    storage_class: str | None = None
    expose: Expose = Expose.NODE_PORT
    ingress_host: str | None = None
    ingress_class: str | None = None
    tls_secret: str | None = None
    gateway: str | None = None
    address: str | None = None
    gallery_secret: str | None = None
    ready_within: int = 45

    def checked(self) -> Self:
        """Return these.

        Raises:
            EngineError: A name cannot be one, or two settings contradict each other.
        """
        if not _REGISTRY.fullmatch(self.registry):
            raise EngineError(
                f"not a registry: expected host[:port][/path], received {self.registry[:80]!r}"
            )
        _name("--namespace", self.namespace, _LABEL)
        for flag in ("pull_secret", "storage_class", "ingress_host", "ingress_class", "tls_secret"):
            _name(f"--{flag.replace('_', '-')}", getattr(self, flag), _SUBDOMAIN)
        _name("--gallery-secret", self.gallery_secret, _SUBDOMAIN)
        for part in (self.gateway or "x").split("/", 1):
            _name("--gateway", part, _SUBDOMAIN)
        self._check_exposure()
        if not _LEAST_SECONDS <= self.ready_within <= _MOST_SECONDS:
            raise EngineError(
                f"--ready-within is out of range: expected {_LEAST_SECONDS} to {_MOST_SECONDS}, "
                f"received {self.ready_within}"
            )
        return self

    def _check_exposure(self) -> None:
        by_host = self.expose in (Expose.INGRESS, Expose.GATEWAY)
        if by_host and self.ingress_host is None:
            raise EngineError(
                f"--expose {self.expose} needs the name of a host",
                hint="give it with --ingress-host, such as faces.example.org",
            )
        if not by_host and (self.ingress_host or self.tls_secret):
            raise EngineError(
                f"--ingress-host and --tls-secret go with --expose ingress, not {self.expose}"
            )
        if (self.expose is Expose.GATEWAY) is (self.gateway is None):
            raise EngineError("--expose gateway and --gateway go together; received one of them")

    def as_details(self) -> dict[str, Any]:
        """Return these as the environment's record keeps them."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    @classmethod
    def from_details(cls, details: Mapping[str, Any]) -> Self:
        """Return what `as_details` gave."""
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in details.items() if key in known}
        return cls(**{**values, "expose": Expose(values.get("expose", Expose.NODE_PORT))})


def _name(flag: str, value: str | None, form: re.Pattern[str]) -> None:
    if value is not None and not form.fullmatch(value):
        raise EngineError(
            f"{flag} is not a name that Kubernetes allows: expected small letters, digits and "
            f"dashes, received {value[:80]!r}"
        )
