"""The kinds of objects that are made, and where the API server has them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facewright.environments.kubernetes.labels import MANAGER

if TYPE_CHECKING:
    from facewright.environments.kubernetes.api import Api

Manifest = dict[str, Any]
"""An object of Kubernetes, as its API takes it."""

_PLURALS = {
    "ConfigMap": "configmaps",
    "Deployment": "deployments",
    "Event": "events",
    "HTTPRoute": "httproutes",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
    "Ingress": "ingresses",
    "Namespace": "namespaces",
    "NetworkPolicy": "networkpolicies",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "ReplicaSet": "replicasets",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
}
_APPLY = "application/apply-patch+yaml"
_MERGE = "application/merge-patch+json"


@dataclass(frozen=True)
class Kind:
    """A kind of objects in a version of its API.

    Attributes:
        api: Such as ``apps/v1`` or ``v1``.
        name: Such as ``Deployment``.
    """

    api: str
    name: str

    @property
    def group(self) -> str:
        """Group of the API; empty for the core's."""
        return self.api.rpartition("/")[0]

    @property
    def plural(self) -> str:
        """Its name in paths."""
        return _PLURALS[self.name]

    @classmethod
    def of(cls, manifest: Manifest) -> "Kind":
        """Return the kind of an object."""
        return cls(manifest["apiVersion"], manifest["kind"])


POD, EVENT, SERVICE = Kind("v1", "Pod"), Kind("v1", "Event"), Kind("v1", "Service")
SECRET, CONFIG_MAP = Kind("v1", "Secret"), Kind("v1", "ConfigMap")
ACCOUNT, NAMESPACE = Kind("v1", "ServiceAccount"), Kind("v1", "Namespace")
CLAIM = Kind("v1", "PersistentVolumeClaim")
DEPLOYMENT, REPLICA_SET = Kind("apps/v1", "Deployment"), Kind("apps/v1", "ReplicaSet")
INGRESS = Kind("networking.k8s.io/v1", "Ingress")
POLICY = Kind("networking.k8s.io/v1", "NetworkPolicy")


class Resources:
    """The objects of a namespace.

    Args:
        api: The API server.
        namespace: Name.
    """

    def __init__(self, api: "Api", namespace: str) -> None:
        self.api = api
        self.namespace = namespace

    def apply(self, manifest: Manifest, *, dry: bool = False) -> Manifest:
        """Make an object what a manifest says, by server-side apply; fields of others stay."""
        path = self._path(Kind.of(manifest), manifest["metadata"]["name"])
        found = self.api.request(
            "PATCH",
            path,
            manifest,
            content=_APPLY,
            fieldManager=MANAGER,
            force="true",
            dryRun="All" if dry else None,
        )
        return found or {}

    def get(self, kind: Kind, name: str) -> Manifest | None:
        """Return an object, or None."""
        return self.api.request("GET", self._path(kind, name))

    def find(self, kind: Kind, selector: str, fields: str | None = None) -> list[Manifest]:
        """Return the objects whose labels and fields are as said."""
        chosen = selector or None
        found = self.api.request(
            "GET", self._path(kind), labelSelector=chosen, fieldSelector=fields
        )
        listed = (found or {}).get("items") or []
        return [{"apiVersion": kind.api, "kind": kind.name, **each} for each in listed]

    def merge(self, kind: Kind, name: str, change: Manifest) -> None:
        """Change some fields of an object."""
        self.api.request("PATCH", self._path(kind, name), change, content=_MERGE)

    def delete(self, kind: Kind, name: str) -> None:
        """Delete an object with what it owns; one that is gone is gone."""
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        self.api.request("DELETE", self._path(kind, name), options)

    def log(self, pod: str, **query: object) -> list[str]:
        """Return the lines of a pod's log."""
        return list(self.api.lines(f"{self._path(POD, pod)}/log", **query))

    def _path(self, kind: Kind, name: str | None = None) -> str:
        root = f"/apis/{kind.api}" if kind.group else f"/api/{kind.api}"
        where = "" if kind.name == "Namespace" else f"/namespaces/{self.namespace}"
        return f"{root}{where}/{kind.plural}" + (f"/{name}" if name else "")
