"""The one context of an environment as a kubeconfig of its own, for kubectl and other tools."""

import os
from pathlib import Path
from typing import Any

import yaml

from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.errors import EngineError
from facewright.system.files import whole_file

_MOST_BYTES = 4 << 20


def write_context(settings: ClusterSettings, path: Path) -> None:
    """Write the context of an environment, with its namespace, for its owner alone.

    Raises:
        EngineError: A file is there already, or the environment's kubeconfig cannot be read.
    """
    if path.exists():
        raise EngineError(f"{path} is there already", hint="name another file, or move it away")
    said = _read(_place(settings))
    wanted = settings.context or said.get("current-context")
    context = _named(said, "contexts", wanted)["context"]
    made = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": wanted,
        "contexts": [{"name": wanted, "context": {**context, "namespace": settings.namespace}}],
        "clusters": [_named(said, "clusters", context.get("cluster"))],
        "users": [_named(said, "users", context.get("user"))],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")
    path.chmod(0o600)


def _place(settings: ClusterSettings) -> Path:
    first = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    return Path(settings.kubeconfig or first or Path.home() / ".kube" / "config")


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()[:_MOST_BYTES]
        return dict(yaml.safe_load(text))
    except (OSError, yaml.YAMLError, TypeError, ValueError) as error:
        raise EngineError(f"the kubeconfig {path} cannot be read: {error}") from error


def _named(said: dict[str, Any], kind: str, name: object) -> dict[str, Any]:
    for each in said.get(kind) or []:
        if each.get("name") == name:
            return dict(each)
    raise EngineError(f"the kubeconfig has no {kind.removesuffix('s')} {name}")
