"""The pods of a service."""

import math
from typing import Any

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.resources import Manifest
from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.environments.kubernetes.workload import Workload
from facewright.environments.server_command import PORT

KEYS, COLLECTED, TMP = "/run/facewright", "/collected", "/tmp"  # noqa: S108 - of a container
KEY_FILE = "keys.json"

# After a pod is told to end, other nodes still send to it until they hear of it.
_LEAVE_SECONDS = 5
# That, the server's own draining, the longest answer, and some more.
_GRACE_SECONDS = 90
_DEFAULT_CPU, _DEFAULT_MEMORY = "100m", "256Mi"
_DEADLINE_SECONDS = 600
_KEPT_REVISIONS = 3


def deployment(settings: ClusterSettings, workload: Workload, keys: str) -> Manifest:
    """Return the pods of the image that a service runs.

    Args:
        settings: Of the cluster.
        workload: What the service shall be.
        keys: Name of the Secret with the digests of its keys.
    """
    beside = workload.canary.beside if workload.canary else 0
    count = max(workload.replicas, beside)
    made = _deployment(settings, workload, keys, labels.STABLE, count)
    made["metadata"]["annotations"] = {labels.WORKLOAD: workload.to_json()}
    return made


def canary(settings: ClusterSettings, workload: Workload, keys: str) -> Manifest | None:
    """Return the pods of the image that is tried, or None."""
    if workload.canary is None:
        return None
    count = workload.canary.replicas
    return _deployment(settings, workload.promoted(), keys, labels.CANARY, count)


def _deployment(
    settings: ClusterSettings, workload: Workload, keys: str, track: str, count: int
) -> Manifest:
    name = workload.name if track == labels.STABLE else f"{workload.name}-{track}"
    common = labels.of_service(settings, workload.service, workload.name)
    chosen = {labels.INSTANCE: workload.name, labels.TRACK: track}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {**common, labels.TRACK: track}},
        "spec": {
            "replicas": count,
            "revisionHistoryLimit": _KEPT_REVISIONS,
            "progressDeadlineSeconds": _DEADLINE_SECONDS,
            "selector": {"matchLabels": chosen},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
            "template": {
                "metadata": {"labels": {**common, **_version(workload), labels.TRACK: track}},
                "spec": _pod(settings, workload, keys),
            },
        },
    }


def _version(workload: Workload) -> dict[str, str]:
    plain = workload.title.replace(":", "-")[:63].strip("-._")
    return {"app.kubernetes.io/version": plain} if plain else {}


def _pod(settings: ClusterSettings, workload: Workload, keys: str) -> dict[str, Any]:
    volumes: list[dict[str, Any]] = [
        {"name": "tmp", "emptyDir": {}},
        {"name": "keys", "secret": {"secretName": keys, "defaultMode": 0o444}},
    ]
    security: dict[str, Any] = {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if workload.collect:
        claim = {"claimName": claim_name(workload)}
        volumes.append({"name": "collected", "persistentVolumeClaim": claim})
        security["fsGroup"] = 65532
    pod: dict[str, Any] = {
        "serviceAccountName": labels.ACCOUNT,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _GRACE_SECONDS,
        "securityContext": security,
        "topologySpreadConstraints": [
            _spread(workload, key)
            for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
        ],
        "containers": [_container(settings, workload)],
        "volumes": volumes,
    }
    if settings.pull_secret:
        pod["imagePullSecrets"] = [{"name": settings.pull_secret}]
    return pod


def _spread(workload: Workload, key: str) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {labels.INSTANCE: workload.name}},
    }


def _container(settings: ClusterSettings, workload: Workload) -> dict[str, Any]:
    mounts: list[dict[str, Any]] = [
        {"name": "tmp", "mountPath": TMP},
        {"name": "keys", "mountPath": KEYS, "readOnly": True},
    ]
    if workload.collect:
        mounts.append({"name": "collected", "mountPath": COLLECTED})
    python = workload.arguments[0]
    leave = [python, "-c", f"import time; time.sleep({_LEAVE_SECONDS})"]
    return {
        "name": "service",
        "image": workload.location,
        "args": list(workload.arguments),
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "env": _environment(settings, workload),
        "resources": _resources(workload),
        "startupProbe": _probe("/readyz", 1, 2 * settings.ready_within),
        "readinessProbe": _probe("/readyz", 5, 3),
        "livenessProbe": _probe("/livez", 10, 6),
        "lifecycle": {"preStop": {"exec": {"command": leave}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def _environment(settings: ClusterSettings, workload: Workload) -> list[dict[str, Any]]:
    plain = {"SERVICE_PATH_PREFIX": path_of(workload.service), **dict(workload.environment)}
    found: list[dict[str, Any]] = [{"name": key, "value": plain[key]} for key in plain]
    if settings.gallery_secret:
        where = {"name": settings.gallery_secret, "key": "url"}
        found.append({"name": "FACEWRIGHT_GALLERY_URL", "valueFrom": {"secretKeyRef": where}})
    return found


def _resources(workload: Workload) -> dict[str, Any]:
    # A limit of processors would only slow answers down while others are idle.
    cpu = _DEFAULT_CPU if workload.cpu is None else f"{math.ceil(workload.cpu * 1000)}m"
    if workload.memory is None:
        return {"requests": {"cpu": cpu, "memory": _DEFAULT_MEMORY}}
    memory = str(workload.memory)
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}


def _probe(path: str, period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": "http"},
        "periodSeconds": period,
        "failureThreshold": failures,
        "timeoutSeconds": 5,
    }


def path_of(service: str) -> str:
    """Return what stands before ``/score`` in the address of a service."""
    return f"/api/v1/service/{service}"


def claim_name(workload: Workload) -> str:
    """Return the name of the volume for answers that are kept."""
    return f"{workload.name}-collected"
