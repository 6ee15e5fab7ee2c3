"""What an environment makes in its cluster before services live there, and takes away."""

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.applying import check_ownership, kinds
from facewright.environments.kubernetes.capabilities import find_capabilities
from facewright.environments.kubernetes.objects.whole import environment_objects, namespace_object
from facewright.environments.kubernetes.resources import (
    ACCOUNT,
    CONFIG_MAP,
    NAMESPACE,
    Manifest,
    Resources,
)
from facewright.environments.kubernetes.role import missing_rights
from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.errors import EngineForbidden

_SHOWN = 8


def planned(settings: ClusterSettings, resources: Resources) -> list[Manifest]:
    """Return what `prepare` would apply."""
    made = [] if _has_namespace(settings, resources) else [namespace_object(settings)]
    return [*made, *environment_objects(settings)]


def prepare(settings: ClusterSettings, resources: Resources) -> bool:
    """Make what an environment needs in its cluster.

    Returns:
        Whether its namespace was made, too.

    Raises:
        EngineForbidden: The account lacks rights: which.
        EngineError: Another environment lives in the namespace, or the cluster is too old.
    """
    find_capabilities(resources.api)
    wanted = planned(settings, resources)
    made = bool(wanted[0]["kind"] == NAMESPACE.name)
    if not made:
        _check_rights(settings, resources)
        check_ownership(resources, wanted, settings.environment)
    done: list[Manifest] = []
    try:
        for each in wanted:
            resources.apply(each)
            done.append(each)
    except BaseException:
        if done:
            clear(settings, resources, namespace=made)
        raise
    return made


def clear(settings: ClusterSettings, resources: Resources, *, namespace: bool) -> None:
    """Take away everything of an environment, and its namespace where it made that."""
    able, chosen = find_capabilities(resources.api), labels.choosing_environment(settings)
    for kind in (*kinds(able), ACCOUNT, CONFIG_MAP):
        for found in resources.find(kind, chosen):
            resources.delete(kind, found["metadata"]["name"])
    if namespace:
        resources.delete(NAMESPACE, settings.namespace)


def _has_namespace(settings: ClusterSettings, resources: Resources) -> bool:
    try:
        return resources.get(NAMESPACE, settings.namespace) is not None
    except EngineForbidden:  # a role of one namespace: it is there, or that will be said
        return True


def _check_rights(settings: ClusterSettings, resources: Resources) -> None:
    gateway = settings.gateway is not None
    missing = missing_rights(resources.api, settings.namespace, gateway=gateway)
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise EngineForbidden(
            f"the account lacks rights in the namespace {settings.namespace}: "
            f"{', '.join(missing[:_SHOWN])}{more}",
            hint="give it the role that `facewright env role` prints",
        )
