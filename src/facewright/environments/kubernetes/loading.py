"""Makes the engine of an environment; this is where the heavy library comes in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.errors import MissingLibrary

if TYPE_CHECKING:
    from facewright.environments.kubernetes.engine import KubernetesEngine


def load_cluster(details: Mapping[str, Any]) -> "KubernetesEngine":
    """Return the engine of a cluster.

    Args:
        details: What `ClusterSettings.as_details` gave.

    Raises:
        EngineError: There is no such context.
        MissingLibrary: The client is not installed.
    """
    try:
        from facewright.environments.kubernetes.api import connect
        from facewright.environments.kubernetes.engine import KubernetesEngine
    except ImportError as error:
        raise MissingLibrary(
            f"clusters need the library {error.name}, which is not installed",
            hint="run `pip install 'facewright[kubernetes]'`",
        ) from error
    settings = ClusterSettings.from_details(details)
    return KubernetesEngine(settings, connect(settings.kubeconfig, settings.context))
