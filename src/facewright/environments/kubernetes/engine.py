"""A service engine that is a Kubernetes cluster."""

import base64
import heapq
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from facewright.environments.container_base import check_base
from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.addresses import address
from facewright.environments.kubernetes.api import Api
from facewright.environments.kubernetes.applying import check_ownership, prune, wait_until_gone
from facewright.environments.kubernetes.canary import share
from facewright.environments.kubernetes.capabilities import (
    Capabilities,
    find_capabilities,
    of_version,
)
from facewright.environments.kubernetes.drift import Difference, differences
from facewright.environments.kubernetes.objects.deployment import COLLECTED, KEY_FILE, KEYS
from facewright.environments.kubernetes.objects.whole import (
    environment_objects,
    keys_name,
    keys_secret,
    service_objects,
)
from facewright.environments.kubernetes.replicas import Replica, replicas_of
from facewright.environments.kubernetes.resources import (
    DEPLOYMENT,
    POD,
    SECRET,
    Manifest,
    Resources,
)
from facewright.environments.kubernetes.rollout import Rollout
from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.environments.kubernetes.workload import Canary, Workload, object_name
from facewright.environments.readiness import wait_until_ready
from facewright.environments.server_command import PORT, Inside, server_command
from facewright.environments.service_engine import Hear, ServicePlan, ServiceState
from facewright.errors import EngineError, EngineForbidden

_GONE_SECONDS = 120.0
_REACH_SECONDS = 10.0
_LOG_LINES = 5000
_KEYS_READ = "facewright/keys"


class KubernetesEngine:
    """Implements `ServiceEngine`, and what only a cluster can do.

    Args:
        settings: What the environment says.
        api: The cluster's API server.
    """

    def __init__(self, settings: ClusterSettings, api: Api) -> None:
        self.settings = settings
        self.resources = Resources(api, settings.namespace)

    @cached_property
    def able(self) -> Capabilities:
        """What the cluster can do."""
        return find_capabilities(self.resources.api)

    def deploy(self, plan: ServicePlan, hear: Hear) -> ServiceState:
        """Make the service, or let another image or other limits take over at the same address."""
        before = self.workload(plan.name)
        if before is not None and before.canary is not None:
            raise EngineError(
                f"the service {plan.name} tries another image: it gets {before.canary.percent} % "
                "of the requests",
                hint="end that first, with `facewright service promote` or `service abort`",
            )
        wanted = self.planned(plan)
        if before is None:
            found = [*service_objects(self.settings, wanted, self.able), self._keys(wanted, b"")]
            check_ownership(self.resources, found, self.settings.environment)
        self._ensure_keys(plan)
        self._change(before, wanted, hear)
        self._reach(plan.name, hear)
        return self._state(wanted)

    def try_image(self, plan: ServicePlan, percent: int, hear: Hear) -> Workload:
        """Let another image take a share of the requests, beside the one that is there.

        Raises:
            EngineError: It did not become ready; all requests go to the one that was there.
        """
        before = self._known(plan.name)
        if before.canary is not None:
            raise EngineError(
                f"the service {plan.name} tries an image already",
                hint="end that first, with `facewright service promote` or `service abort`",
            )
        other = self.planned(plan)
        beside, count = share(self._count(before), percent)
        tried = Canary(
            other.location, other.image, other.title, other.arguments, percent, count, beside
        )
        wanted = replace(before, canary=tried)
        hear(f"{count} of {count + beside} replicas will run the image {other.title}")
        self._change(before, wanted, hear)
        return wanted

    def promote(self, name: str, hear: Hear) -> ServiceState:
        """Let the image that was tried take all requests."""
        before = self._tried(name)
        wanted = replace(before.promoted(), replicas=self._count(before))
        self._change(before, wanted, hear)
        return self._state(wanted)

    def abort(self, name: str, hear: Hear) -> ServiceState:
        """Let the image that was there before take all requests again."""
        before = self._tried(name)
        wanted = replace(before, canary=None)
        self._change(before, wanted, hear)
        return self._state(wanted)

    def state(self, name: str) -> ServiceState | None:
        """Return what is known of the service, or None where there is none of that name."""
        found = self.workload(name)
        return None if found is None else self._state(found)

    def names(self) -> Sequence[str]:
        """Return the names of the services there are, sorted."""
        chosen = f"{labels.choosing_environment(self.settings)},{labels.TRACK}={labels.STABLE}"
        found = self.resources.find(DEPLOYMENT, chosen)
        return sorted(each["metadata"]["labels"][labels.SERVICE] for each in found)

    def replicas(self, name: str) -> list[Replica]:
        """Return how each pod of a service is."""
        chosen = labels.choosing_service(self.settings, object_name(name))
        return replicas_of(self.resources.find(POD, chosen))

    def logs(self, name: str) -> Iterator[str]:
        """Yield the lines that all replicas wrote, the oldest first."""
        chosen = labels.choosing_service(self.settings, object_name(name))
        stamped = (self._log(pod) for pod in self.resources.find(POD, chosen))
        for line in heapq.merge(*stamped):
            yield line.partition(" ")[2]

    def remove(self, name: str) -> None:
        """End the service and everything of it; one that is not there is forgotten already."""
        chosen = labels.choosing_service(self.settings, object_name(name))
        prune(self.resources, self.able, chosen, [])
        wait_until_gone(self.resources, chosen, _GONE_SECONDS)

    def revive(self) -> None:
        """Do nothing: the cluster keeps what it runs."""

    def renew_keys(self, name: str, digests: bytes) -> None:
        """Let the replicas of a service know the digests of its keys, and soon.

        Nodes look at Secrets once a minute; at a pod that was changed they look at once.
        """
        version = self._apply_keys(name, digests)
        chosen = labels.choosing_service(self.settings, object_name(name))
        for pod in self.resources.find(POD, chosen):
            change = {"metadata": {"annotations": {_KEYS_READ: version}}}
            with suppress(EngineForbidden):  # they look by themselves, only later
                self.resources.merge(POD, pod["metadata"]["name"], change)

    def key_digests(self, name: str) -> bytes:
        """Return the digests of a service's keys, as its replicas read them.

        Raises:
            EngineError: The cluster has none.
        """
        found = self.resources.get(SECRET, keys_name(object_name(name)))
        try:
            return base64.b64decode((found or {})["data"][KEY_FILE])
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(
                f"the keys of {name} are not in the cluster",
                hint="delete the service and create it again",
            ) from error

    def _ensure_keys(self, plan: ServicePlan) -> None:
        """Bring the digests of keys where there are none; those that are there stay."""
        if self.resources.get(SECRET, keys_name(object_name(plan.name))) is None:
            if plan.keys is None or not plan.keys.is_file():
                raise EngineError(
                    f"the keys of {plan.name} are neither in the cluster nor kept here",
                    hint="delete the service and create it again",
                )
            self._apply_keys(plan.name, plan.keys.read_bytes())

    def _apply_keys(self, name: str, digests: bytes) -> str:
        applied = self.resources.apply(self._keys(Workload(name, "", "", "", ()), digests))
        return str(applied.get("metadata", {}).get("resourceVersion", ""))

    def differences(self, plan: ServicePlan) -> list[Difference]:
        """Return what in the cluster is not as a plan says."""
        wanted = self.planned(plan)
        manifests = [*self.objects(wanted), *self._kept_keys(plan, wanted)]
        chosen = labels.choosing_service(self.settings, wanted.name)
        return differences(self.resources, self.able, manifests, chosen)

    def exported(self, plan: ServicePlan, version: tuple[int, int] | None) -> list[Manifest]:
        """Return the objects of a service for a release of Kubernetes, its cluster's for None."""
        gateway = self.settings.gateway is not None
        able = self.able if version is None else of_version(version, gateway=gateway)
        wanted = self.planned(plan)
        own = environment_objects(self.settings)[:1]  # the account of its pods
        made = service_objects(self.settings, wanted, able)
        return [*own, keys_secret(self.settings, wanted, self.key_digests(plan.name)), *made]

    def forget_tried(self, name: str) -> None:
        """Take an image that is tried off the record, so that the next deployment ends it."""
        found = self.workload(name)
        if found is not None and found.canary is not None:
            said = {labels.WORKLOAD: replace(found, canary=None).to_json()}
            self.resources.merge(DEPLOYMENT, found.name, {"metadata": {"annotations": said}})

    def _kept_keys(self, plan: ServicePlan, wanted: Workload) -> list[Manifest]:
        if plan.keys is not None and plan.keys.is_file():
            return [keys_secret(self.settings, wanted, plan.keys.read_bytes())]
        kept = self.resources.get(SECRET, keys_name(wanted.name))  # made on another machine
        return (
            []
            if kept is None
            else [keys_secret(self.settings, wanted, self.key_digests(plan.name))]
        )

    def workload(self, name: str) -> Workload | None:
        """Return what a service was last asked to be, or None where there is none."""
        found = self.resources.get(DEPLOYMENT, object_name(name))
        if found is None:
            return None
        known = found["metadata"].get("annotations", {}).get(labels.WORKLOAD)
        owner = found["metadata"].get("labels", {}).get(labels.ENVIRONMENT)
        return (
            None
            if known is None or owner != self.settings.environment
            else Workload.from_json(known)
        )

    def planned(self, plan: ServicePlan) -> Workload:
        """Return what a plan means in a cluster.

        Raises:
            EngineError: Its image cannot run in one.
        """
        check_base(plan.image)
        collect = COLLECTED if plan.collect is not None else None
        inside = Inside("0.0.0.0", PORT, f"{KEYS}/{KEY_FILE}", collect)  # noqa: S104 - in a pod
        made = Workload(
            service=plan.name,
            location=plan.location,
            image=plan.image.manifest.digest,
            title=plan.title,
            arguments=tuple(server_command(replace(plan, replicas=1), inside)),
            replicas=plan.replicas,
            cpu=plan.cpus,
            memory=plan.memory,
            collect=plan.collect is not None,
            scaling=plan.scaling,
            environment=tuple(sorted(plan.environment.items())),
        )
        return self._as_scaled(made)

    def objects(self, workload: Workload) -> list[Manifest]:
        """Return the objects of a service but its keys."""
        return service_objects(self.settings, workload, self.able)

    def _change(self, before: Workload | None, wanted: Workload, hear: Hear) -> None:
        try:
            self._bring(wanted, hear)
        except BaseException as error:
            self._take_back(before, wanted, hear)
            if isinstance(error, EngineError):
                raise EngineError(
                    f"the service {wanted.service} failed to initialize: {error.message}",
                    hint=error.hint
                    or "mend what its last lines say, and make an image of it again",
                ) from error
            raise

    def _bring(self, wanted: Workload, hear: Hear) -> None:
        manifests = self.objects(wanted)
        applied = [self.resources.apply(each) for each in manifests]
        hear("Waiting for the service to initialize")
        for each in applied:
            if each["kind"] == DEPLOYMENT.name:
                meta = each["metadata"]
                within = self.settings.ready_within
                Rollout(self.resources, meta["name"], meta["generation"], within).wait()
        prune(
            self.resources,
            self.able,
            labels.choosing_service(self.settings, wanted.name),
            [*manifests, self._keys(wanted, b"")],
        )

    def _take_back(self, before: Workload | None, wanted: Workload, hear: Hear) -> None:
        if before is None:
            hear("It is taken away again")
            self.remove(wanted.service)
            return
        hear(f"The image {before.title} goes on")
        self._bring(self._as_scaled(before), lambda line: None)

    def _as_scaled(self, workload: Workload) -> Workload:
        """Return a workload with as many pods as its cluster chose, where that is the cluster's."""
        if workload.scaling is None:
            return workload
        found = self.resources.get(DEPLOYMENT, workload.name) or {}
        count = found.get("spec", {}).get("replicas", workload.scaling.least)
        least, most = workload.scaling.least, workload.scaling.most
        return replace(workload, replicas=min(max(count, least), most))

    def _count(self, workload: Workload) -> int:
        return self._as_scaled(workload).replicas

    def _keys(self, workload: Workload, digests: bytes) -> Manifest:
        return keys_secret(self.settings, workload, digests)

    def _known(self, name: str) -> Workload:
        found = self.workload(name)
        if found is None:
            raise EngineError(
                f"the cluster has no service {name}",
                hint="bring it back with `facewright service apply realtime`",
            )
        return found

    def _tried(self, name: str) -> Workload:
        found = self._known(name)
        if found.canary is None:
            raise EngineError(
                f"the service {name} tries no other image",
                hint="try one with `facewright service update realtime --image-id ID --canary 10`",
            )
        return found

    def _state(self, workload: Workload) -> ServiceState:
        url = address(self.settings, self.resources, workload.service)
        found = self.resources.get(DEPLOYMENT, workload.name) or {}
        running = found.get("status", {}).get("availableReplicas", 0) > 0
        details = "" if running else self._why(workload.service)
        return ServiceState(url, workload.image, running, details)

    def _why(self, name: str) -> str:
        told = [f"{each.name}: {each.details}" for each in self.replicas(name) if each.details]
        return "; ".join(told[:3]) or "none of its pods is ready"

    def _log(self, pod: Manifest) -> list[str]:
        name, query = pod["metadata"]["name"], {"timestamps": "true", "tailLines": _LOG_LINES}
        found: list[str] = []
        for container in pod.get("status", {}).get("containerStatuses") or []:
            if container.get("restartCount", 0):
                found += self._lines(name, previous="true", **query)
            if container.get("containerID"):
                found += self._lines(name, **query)
        return found

    def _lines(self, pod: str, **query: object) -> list[str]:
        try:
            return self.resources.log(pod, **query)
        except EngineError:  # its container, or the one before, is gone meanwhile
            return []

    def _reach(self, name: str, hear: Hear) -> None:
        url = address(self.settings, self.resources, name)
        try:
            wait_until_ready(url, lambda: None, _REACH_SECONDS)
        except EngineError:
            hear(f"It runs, but {url} does not answer here; see docs/kubernetes.md on exposure")
