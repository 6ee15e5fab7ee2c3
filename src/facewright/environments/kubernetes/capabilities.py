"""Which versions of its APIs a cluster has: from 1.20 to today's they differ."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from facewright.environments.kubernetes.resources import Kind
from facewright.errors import EngineError

if TYPE_CHECKING:
    from facewright.environments.kubernetes.api import Api

_OLDEST = (1, 20)


@dataclass(frozen=True)
class Capabilities:
    """What a cluster can do.

    Attributes:
        version: Such as ``(1, 20)``.
        autoscaling: Version of the API for the number of replicas.
        disruption: Version of the API for budgets of pods that may be away.
        gateway: Version of the API for routes through gateways, or None.
        metrics: Whether somebody measures what pods use.
    """

    version: tuple[int, int]
    autoscaling: str
    disruption: str
    gateway: str | None
    metrics: bool

    @property
    def autoscaler(self) -> Kind:
        """The kind that changes the number of replicas."""
        return Kind(self.autoscaling, "HorizontalPodAutoscaler")

    @property
    def budget(self) -> Kind:
        """The kind that keeps pods when nodes are emptied."""
        return Kind(self.disruption, "PodDisruptionBudget")

    @property
    def route(self) -> Kind | None:
        """The kind that hangs services on gateways, or None."""
        return None if self.gateway is None else Kind(self.gateway, "HTTPRoute")


def of_version(version: tuple[int, int], *, gateway: bool = False) -> Capabilities:
    """Return what an unmodified release can do; for manifests that no cluster is asked about."""
    return Capabilities(
        version,
        "autoscaling/v2" if version >= (1, 23) else "autoscaling/v1",
        "policy/v1" if version >= (1, 21) else "policy/v1beta1",
        "gateway.networking.k8s.io/v1" if gateway else None,
        metrics=True,
    )


def find_capabilities(api: "Api") -> Capabilities:
    """Ask a cluster what it can do.

    Raises:
        EngineError: It is older than 1.20, or something else than Kubernetes.
    """
    said, listed = api.request("GET", "/version"), api.request("GET", "/apis")
    try:
        version = int(str((said or {})["major"])), int(str((said or {})["minor"]).rstrip("+"))
        groups = {
            str(group["name"]): {str(each["version"]) for each in group["versions"]}
            for group in (listed or {})["groups"]
        }
    except (KeyError, ValueError, TypeError) as error:
        raise EngineError(f"what answers at {api.address} is no Kubernetes") from error
    if version < _OLDEST:
        raise EngineError(
            f"the cluster is too old: expected Kubernetes 1.20 or newer, it is {version[0]}."
            f"{version[1]}"
        )
    gateway = groups.get("gateway.networking.k8s.io", set())
    newest = next((each for each in ("v1", "v1beta1") if each in gateway), None)
    return Capabilities(
        version,
        "autoscaling/v2" if "v2" in groups.get("autoscaling", ()) else "autoscaling/v1",
        "policy/v1" if "v1" in groups.get("policy", ()) else "policy/v1beta1",
        f"gateway.networking.k8s.io/{newest}" if newest else None,
        "metrics.k8s.io" in groups,
    )
