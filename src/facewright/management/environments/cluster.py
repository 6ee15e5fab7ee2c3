"""Environments whose services live in a cluster: made, looked at, and taken away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facewright.environments.catalogue import KUBERNETES
from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.errors import ManagementError
from facewright.management.environments.environments import Environments
from facewright.management.records import Environment

if TYPE_CHECKING:
    from facewright.environments.kubernetes.doctor import Examined
    from facewright.environments.kubernetes.engine import KubernetesEngine
    from facewright.environments.kubernetes.resources import Manifest

_NAMESPACE_MADE = "namespace_made"
_TO_COME = "id-of-the-environment"

Load = Callable[[Mapping[str, Any]], "KubernetesEngine"]


class ClusterEnvironments:
    """The environments of a database that have a cluster.

    Args:
        environments: All environments of the database.
        load: Returns the engine of a cluster's settings.
    """

    def __init__(self, environments: Environments, load: Load) -> None:
        self._environments = environments
        self._load = load

    def planned(self, settings: ClusterSettings) -> "Sequence[Manifest]":
        """Return what `setup` would apply."""
        from facewright.environments.kubernetes.ground import planned

        shown = replace(settings.checked(), environment=_TO_COME)
        engine = self._load(shown.as_details())
        return planned(engine.settings, engine.resources)

    def setup(
        self, settings: ClusterSettings, engine: str | None, more: Mapping[str, Any]
    ) -> Environment:
        """Make an environment in a cluster.

        Args:
            settings: Of the cluster; its `environment` is filled in.
            engine: Of services on this machine, when the environment is switched to it.
            more: What was given besides.

        Raises:
            EngineError: The cluster does not answer, or lacks something; nothing is left there.
        """
        from facewright.environments.kubernetes.ground import prepare

        settings = settings.checked()

        def details(id: str) -> Mapping[str, Any]:
            return {**more, **replace(settings, environment=id).as_details()}

        def made(environment: Environment) -> Mapping[str, Any]:
            loaded = self._load(environment.details)
            return {_NAMESPACE_MADE: prepare(loaded.settings, loaded.resources)}

        return self._environments.setup_cluster(settings.name, engine, details, made)

    def delete(self, name: str) -> Environment:
        """Delete an environment without services, and exactly what it made in its cluster."""

        def clear(environment: Environment) -> None:
            if environment.engine != KUBERNETES:
                return
            from facewright.environments.kubernetes.ground import clear

            loaded = self._load(environment.details)
            made = bool(environment.details.get(_NAMESPACE_MADE))
            clear(loaded.settings, loaded.resources, namespace=made)

        return self._environments.delete(name, clear)

    def examine(self, environment: Environment) -> "Examined":
        """Look at the cluster of an environment.

        Raises:
            EngineUnreachable: It does not answer.
        """
        from facewright.environments.kubernetes.doctor import examine

        loaded = self._load(_checked(environment).details)
        return examine(loaded.settings, loaded.resources)

    def write_kubeconfig(self, environment: Environment, path: Path) -> None:
        """Write the context of an environment as a kubeconfig of its own, for its owner alone.

        Raises:
            ManagementError: It has no cluster, or the file is there already.
        """
        from facewright.environments.kubernetes.kubeconfig import write_context

        settings = ClusterSettings.from_details(_checked(environment).details)
        write_context(settings, path)


def _checked(environment: Environment) -> Environment:
    if environment.engine != KUBERNETES:
        raise ManagementError(
            f"the environment {environment.name} has no cluster: its engine is {environment.engine}"
        )
    return environment
