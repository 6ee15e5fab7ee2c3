"""How each pod of a service is."""

from collections.abc import Iterable
from dataclasses import dataclass

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.resources import Manifest
from facewright.environments.kubernetes.rollout import hopeless


@dataclass(frozen=True)
class Replica:
    """A pod of a service.

    Attributes:
        name: Of the pod.
        track: ``stable``, or ``canary`` for an image that is tried.
        state: ``Ready``, ``Starting``, ``Ending`` or ``Failed``.
        node: Where it runs.
        image: Digest of its image in the registry.
        restarts: How often it was started again.
        since: When it was made, ISO 8601.
        details: Why it is not ready.
    """

    name: str
    track: str
    state: str
    node: str
    image: str
    restarts: int
    since: str
    details: str = ""


def replicas_of(pods: Iterable[Manifest]) -> list[Replica]:
    """Return how pods are, by track and age."""
    found = [_replica(pod) for pod in pods]
    return sorted(found, key=lambda each: (each.track != labels.STABLE, each.since, each.name))


def _replica(pod: Manifest) -> Replica:
    meta, status = pod["metadata"], pod.get("status", {})
    containers = status.get("containerStatuses") or []
    state, details = _state(pod)
    return Replica(
        meta["name"],
        meta.get("labels", {}).get(labels.TRACK, ""),
        state,
        pod["spec"].get("nodeName", ""),
        pod["spec"]["containers"][0]["image"].rpartition("@")[2],
        sum(each.get("restartCount", 0) for each in containers),
        meta.get("creationTimestamp", ""),
        details,
    )


def _state(pod: Manifest) -> tuple[str, str]:
    status = pod.get("status", {})
    if "deletionTimestamp" in pod["metadata"]:
        return "Ending", ""
    conditions = {each["type"]: each for each in status.get("conditions") or []}
    if conditions.get("Ready", {}).get("status") == "True":
        return "Ready", ""
    for container in status.get("containerStatuses") or []:
        why = hopeless(container)
        if why is not None:
            return "Failed", why
    unplaced = conditions.get("PodScheduled", {})
    if unplaced.get("status") == "False":
        return "Starting", f"{unplaced.get('reason')}: {unplaced.get('message')}"
    return "Starting", ""
