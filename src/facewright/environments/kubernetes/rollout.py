"""Waiting until new pods answer, or until it is clear that they will not: why, and their words.

The API server is asked again and again rather than watched, so that one that is restarted
meanwhile only means waiting a little longer.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.resources import (
    DEPLOYMENT,
    EVENT,
    POD,
    REPLICA_SET,
    Manifest,
    Resources,
)
from facewright.environments.readiness import last_words
from facewright.errors import EngineError, EngineUnreachable

_AGAIN_SECONDS = 0.5
_AWAY_SECONDS = 120.0
_PULL_SECONDS = 1800.0
_LOG_LINES = 40
_SHOWN_EVENTS = 3
_REVISION = "deployment.kubernetes.io/revision"
_HOPELESS = frozenset(
    {
        *("ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"),
        *("CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError"),
        *("RunContainerError", "StartError"),
    }
)


@dataclass
class Rollout:
    """A change of pods that is under way.

    Attributes:
        resources: The cluster.
        name: Of the Deployment.
        generation: Of what was applied.
        within: Seconds from the start of a container in which it must be ready.
        clock: Seconds that only grow.
    """

    resources: Resources
    name: str
    generation: int
    within: float
    clock: Callable[[], float] = time.monotonic
    _since: dict[tuple[str, str], float] = field(default_factory=dict)

    def wait(self) -> None:
        """Wait until all pods are new and ready.

        Raises:
            EngineError: They will not be: why, the last lines of one's log, and what the cluster
                said about it.
        """
        heard = self.clock()
        while True:
            try:
                done = self._look()
                heard = self.clock()
            except EngineUnreachable:
                if self.clock() - heard > _AWAY_SECONDS:
                    raise
                done = False
            if done:
                return
            time.sleep(_AGAIN_SECONDS)

    def _look(self) -> bool:
        found = self.resources.get(DEPLOYMENT, self.name)
        if found is None:
            raise EngineError(f"somebody deleted the deployment {self.name} meanwhile")
        if is_done(found, self.generation):
            return True
        if found.get("status", {}).get("observedGeneration", 0) < self.generation:
            return False
        if refused := _condition(found, "ReplicaFailure", "True"):
            raise EngineError(f"the cluster makes no pods of it: {refused}")
        for pod in self._new_pods(found):
            why = self._trouble(pod)
            if why is not None:
                raise EngineError(f"{why}{self._words(pod)}")
        return False

    def _new_pods(self, deployment: Manifest) -> list[Manifest]:
        chosen = labels.selector(deployment["spec"]["selector"]["matchLabels"])
        revision = deployment["metadata"].get("annotations", {}).get(_REVISION)
        for each in self.resources.find(REPLICA_SET, chosen):
            if each["metadata"].get("annotations", {}).get(_REVISION) == revision:
                digest = each["metadata"]["labels"]["pod-template-hash"]
                return self.resources.find(POD, f"{chosen},pod-template-hash={digest}")
        return []

    def _trouble(self, pod: Manifest) -> str | None:
        """Return why a pod will not become ready, or None."""
        name, status = pod["metadata"]["name"], pod.get("status", {})
        if "deletionTimestamp" in pod["metadata"]:
            return None
        if status.get("phase") == "Failed":
            return f"the pod {name} failed: {status.get('reason')}: {status.get('message')}"
        for container in status.get("containerStatuses") or []:
            why = hopeless(container)
            if why is not None:
                return f"the pod {name}: {why}"
            starts = "running" in container.get("state", {}) and not container.get("ready")
            if starts and self._lasts(name, "running") > self.within:
                return f"the pod {name}: {_late(self.within)}"
        unplaced = _condition(pod, "PodScheduled", "False")
        if unplaced and self._lasts(name, "unplaced") > self.within:
            return f"no node takes the pod {name}: {unplaced}"
        if self._lasts(name, "there") > _PULL_SECONDS:
            return f"the pod {name} did not start within {_PULL_SECONDS:g} s"
        return None

    def _lasts(self, pod: str, state: str) -> float:
        now = self.clock()
        return now - self._since.setdefault((pod, state), now)

    def _words(self, pod: Manifest) -> str:
        """Return the last lines of a pod's log, and what the cluster said about it."""
        try:
            words = last_words(self._log(pod))
            events = self._events(pod["metadata"]["name"])
        except EngineError as error:
            return f"; its log cannot be read: {error.message}"
        said = f"; its last lines:\n{words}" if words else ""
        return said + (f"\nwhat the cluster said:\n{events}" if events else "")

    def _log(self, pod: Manifest) -> list[str]:
        name = pod["metadata"]["name"]
        for container in pod.get("status", {}).get("containerStatuses") or []:
            state = container.get("state", {})
            if "running" in state or "terminated" in state:
                return self.resources.log(name, tailLines=_LOG_LINES)
            if "terminated" in container.get("lastState", {}):
                return self.resources.log(name, tailLines=_LOG_LINES, previous="true")
        return []

    def _events(self, name: str) -> str:
        chosen = f"involvedObject.name={name},type=Warning"
        found = self.resources.find(EVENT, "", chosen)
        said = [f"  {each.get('reason')}: {each.get('message')}" for each in found]
        return "\n".join(list(dict.fromkeys(said))[-_SHOWN_EVENTS:])


def is_done(deployment: Manifest, generation: int) -> bool:
    """Return whether all pods of a Deployment are of its newest form, and ready."""
    status, wanted = deployment.get("status", {}), deployment["spec"].get("replicas", 1)
    counts = [status.get(key, 0) for key in ("updatedReplicas", "availableReplicas", "replicas")]
    return status.get("observedGeneration", 0) >= generation and counts == [wanted] * 3


def hopeless(container: dict[str, Any]) -> str | None:
    """Return why a container will not run, or None while there is hope."""
    state = container.get("state", {})
    waiting = state.get("waiting", {})
    reason, ends = waiting.get("reason", ""), container.get("restartCount", 0)
    if reason == "CrashLoopBackOff" or ("terminated" in state and ends > 0):
        ended = container.get("lastState", {}).get("terminated") or state.get("terminated") or {}
        return _ended(ended)
    if reason in _HOPELESS:
        return f"{reason}: {' '.join(str(waiting.get('message', '')).split())}"
    return None


def _ended(ended: dict[str, Any]) -> str:
    if ended.get("reason") == "OOMKilled":
        return "it had not enough memory again and again; allow it more with --memory"
    return f"it ended again and again, with exit code {ended.get('exitCode')}"


def _late(within: float) -> str:
    return (
        f"it was not ready within {within:g} s (an environment that allows more is set up with "
        "--ready-within)"
    )


def _condition(manifest: Manifest, kind: str, status: str) -> str | None:
    for each in manifest.get("status", {}).get("conditions") or []:
        if each.get("type") == kind and each.get("status") == status:
            return f"{each.get('reason')}: {each.get('message')}"
    return None
