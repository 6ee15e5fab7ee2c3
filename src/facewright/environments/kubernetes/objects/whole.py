"""Everything that makes a service, in the order in which it is applied."""

import base64
from typing import Any

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.capabilities import Capabilities
from facewright.environments.kubernetes.objects.deployment import (
    KEY_FILE,
    canary,
    claim_name,
    deployment,
)
from facewright.environments.kubernetes.objects.network import entrance, policy, service
from facewright.environments.kubernetes.resources import Manifest
from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.environments.kubernetes.workload import Workload
from facewright.environments.service_engine import Scaling
from facewright.errors import EngineError

_CLAIM_SIZE = "10Gi"


def keys_name(name: str) -> str:
    """Return the name of the Secret with the keys' digests; `name` is that of other objects."""
    return f"{name}-keys"


def keys_secret(settings: ClusterSettings, workload: Workload, digests: bytes) -> Manifest:
    """Return the Secret that a server reads whom it may answer from; a key cannot be made of it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(settings, workload, keys_name(workload.name)),
        "type": "Opaque",
        "data": {KEY_FILE: base64.b64encode(digests).decode()},
    }


def service_objects(
    settings: ClusterSettings, workload: Workload, able: Capabilities
) -> list[Manifest]:
    """Return all objects of a service but its keys; its pods last."""
    found: list[Manifest | None] = [
        policy(settings, workload),
        service(settings, workload),
        entrance(settings, workload, able),
        _claim(settings, workload),
        _budget(settings, workload, able),
        _autoscaler(settings, workload, able),
        deployment(settings, workload, keys_name(workload.name)),
        canary(settings, workload, keys_name(workload.name)),
    ]
    return [each for each in found if each is not None]


def environment_objects(settings: ClusterSettings) -> list[Manifest]:
    """Return what an environment needs before services live in it.

    An account without rights for the pods, and a mark that says whose place this is.
    """
    common = labels.of_environment(settings)
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": labels.ACCOUNT, "labels": common},
            "automountServiceAccountToken": False,
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": labels.MARK, "labels": common},
            "data": {"name": settings.name, "registry": settings.registry},
        },
    ]


def namespace_object(settings: ClusterSettings) -> Manifest:
    """Return the namespace of an environment that made it itself."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": settings.namespace, "labels": labels.of_environment(settings)},
    }


def _claim(settings: ClusterSettings, workload: Workload) -> Manifest | None:
    if not workload.collect:
        return None
    if settings.storage_class is None:
        raise EngineError(
            "answers are kept on a volume that all replicas write, and the environment names none",
            hint="set the environment up with --storage-class, of volumes that many pods may write",
        )
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _metadata(settings, workload, claim_name(workload)),
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": settings.storage_class,
            "resources": {"requests": {"storage": _CLAIM_SIZE}},
        },
    }


def _budget(settings: ClusterSettings, workload: Workload, able: Capabilities) -> Manifest:
    return {
        "apiVersion": able.disruption,
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(settings, workload, workload.name),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": {labels.INSTANCE: workload.name}},
        },
    }


def _autoscaler(
    settings: ClusterSettings, workload: Workload, able: Capabilities
) -> Manifest | None:
    if workload.scaling is None:
        return None
    beside = workload.canary.beside if workload.canary else 0
    least = max(workload.scaling.least, beside)
    return {
        "apiVersion": able.autoscaling,
        "kind": "HorizontalPodAutoscaler",
        "metadata": _metadata(settings, workload, workload.name),
        "spec": {
            "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": workload.name,
            },
            "minReplicas": least,
            "maxReplicas": max(workload.scaling.most, least),
            **_measure(workload.scaling, able),
        },
    }


def _measure(scaling: Scaling, able: Capabilities) -> dict[str, Any]:
    if able.autoscaling == "autoscaling/v1":
        return {"targetCPUUtilizationPercentage": scaling.utilization}
    target = {"type": "Utilization", "averageUtilization": scaling.utilization}
    return {"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]}


def _metadata(settings: ClusterSettings, workload: Workload, name: str) -> dict[str, Any]:
    return {"name": name, "labels": labels.of_service(settings, workload.service, workload.name)}
