"""Bringing a service's objects into a cluster, and taking away what is not of it any more."""

import time
from collections.abc import Iterable, Sequence

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.capabilities import Capabilities
from facewright.environments.kubernetes.resources import (
    CLAIM,
    DEPLOYMENT,
    INGRESS,
    POD,
    POLICY,
    SECRET,
    SERVICE,
    Kind,
    Manifest,
    Resources,
)
from facewright.errors import EngineError

_AGAIN_SECONDS = 0.3


def kinds(able: Capabilities) -> list[Kind]:
    """Return the kinds of objects a service may have, in the order in which they are deleted."""
    found = [able.autoscaler, INGRESS, able.route, able.budget, DEPLOYMENT, SERVICE, POLICY]
    return [each for each in (*found, SECRET, CLAIM) if each is not None]


def check_ownership(resources: Resources, manifests: Iterable[Manifest], environment: str) -> None:
    """Refuse to take over what others have made.

    Raises:
        EngineError: An object of one of the names is there, and is not of this environment.
    """
    for manifest in manifests:
        kind, name = Kind.of(manifest), manifest["metadata"]["name"]
        found = resources.get(kind, name)
        owner = (found or {}).get("metadata", {}).get("labels", {}).get(labels.ENVIRONMENT)
        if found is not None and owner != environment:
            raise EngineError(
                f"there is a {kind.name} {name} in the namespace {resources.namespace} already, "
                "which is not of this environment",
                hint="choose another name, or another namespace for the environment",
            )


def prune(
    resources: Resources, able: Capabilities, selector: str, kept: Sequence[Manifest]
) -> None:
    """Delete what a selector chooses, but for some objects."""
    names = {(each["kind"], each["metadata"]["name"]) for each in kept}
    for kind in kinds(able):
        for found in resources.find(kind, selector):
            name = found["metadata"]["name"]
            if (kind.name, name) not in names:
                resources.delete(kind, name)


def wait_until_gone(resources: Resources, selector: str, seconds: float) -> None:
    """Wait until the pods that a selector chooses have answered what they were sent.

    Raises:
        EngineError: Some are still there.
    """
    end = time.monotonic() + seconds
    while left := resources.find(POD, selector):
        if time.monotonic() > end:
            names = ", ".join(each["metadata"]["name"] for each in left[:5])
            raise EngineError(
                f"these pods were told to end and are still there: {names}",
                hint="look at their node; the cluster forgets them when it answers again",
            )
        time.sleep(_AGAIN_SECONDS)
