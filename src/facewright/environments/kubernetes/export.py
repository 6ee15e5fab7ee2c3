"""A service's objects as files: plain YAML, a Helm chart, or a base for Kustomize."""

import copy
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from facewright.environments.kubernetes.resources import Manifest
from facewright.errors import EngineError

_CHART_VERSION = "0.1.0"


def as_yaml(manifests: Sequence[Manifest], namespace: str) -> str:
    """Return objects as one text that `kubectl apply --server-side -f` takes."""
    placed = [_placed(each, namespace) for each in manifests]
    return yaml.safe_dump_all(placed, sort_keys=False)


def write_kustomize(manifests: Sequence[Manifest], namespace: str, folder: Path) -> None:
    """Write a base for Kustomize: a file for each object, and what names them.

    Raises:
        EngineError: The folder is there already.
    """
    files = {_file(each): _dumped(each) for each in manifests}
    place, _, digest = _container(_pods(manifests))["image"].partition("@")
    base = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": namespace,
        "resources": sorted(files),
        "images": [
            {
                "name": place.rpartition(":")[0],
                "newName": place.rpartition(":")[0],
                "digest": digest,
            }
        ],
    }
    _write(folder, {**files, "kustomization.yaml": _dumped(base)})


def write_helm(manifests: Sequence[Manifest], folder: Path) -> None:
    """Write a chart; its values are the image, the replicas, their resources and the host.

    Raises:
        EngineError: The folder is there already.
    """
    pods = _pods(manifests)
    container, name = _container(pods), pods["metadata"]["name"]
    values: dict[str, Any] = {
        "image": container["image"],
        "replicas": pods["spec"]["replicas"],
        "resources": container["resources"],
    }
    host = next((each for each in map(_host, manifests) if each), None)
    if host:
        values["host"] = host
    chart = {
        "apiVersion": "v2",
        "name": name,
        "description": f"The face-recognition service {name}",
        "type": "application",
        "version": _CHART_VERSION,
        "appVersion": container["image"].rpartition("@")[2],
    }
    files = {f"templates/{_file(each)}": _template(each, host) for each in manifests}
    _write(folder, {**files, "Chart.yaml": _dumped(chart), "values.yaml": _dumped(values)})


def _template(manifest: Manifest, host: str | None) -> str:
    made = copy.deepcopy(manifest)
    made["metadata"].pop("annotations", None)  # what only Facewright reads
    if made["kind"] == "Deployment":
        made["spec"]["replicas"] = "@replicas@"
        container = _container(made)
        container["image"] = "@image@"
        container["resources"] = "@resources@"
    # What the template language would read is text of ours, such as a command.
    text = _dumped(made).replace("{{", '{{ "{{" }}')
    text = re.sub(r"^( *)resources: '@resources@'$", _resources, text, flags=re.MULTILINE)
    text = text.replace("'@replicas@'", "{{ .Values.replicas }}")
    text = text.replace("'@image@'", "{{ .Values.image | quote }}")
    return text.replace(host, "{{ .Values.host }}") if host and _host(manifest) else text


def _resources(found: re.Match[str]) -> str:
    space = found[1]
    value = f"{{{{- toYaml .Values.resources | nindent {len(space) + 2} }}}}"
    return f"{space}resources:\n{space}  {value}"


def _pods(manifests: Sequence[Manifest]) -> Manifest:
    return next(each for each in manifests if each["kind"] == "Deployment")


def _container(deployment: Manifest) -> dict[str, Any]:
    container: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return container


def _host(manifest: Manifest) -> str | None:
    if manifest["kind"] == "Ingress":
        return str(manifest["spec"]["rules"][0]["host"])
    return str(manifest["spec"]["hostnames"][0]) if manifest["kind"] == "HTTPRoute" else None


def _placed(manifest: Manifest, namespace: str) -> Manifest:
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}


def _file(manifest: Manifest) -> str:
    return f"{manifest['kind'].lower()}-{manifest['metadata']['name']}.yaml"


def _dumped(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(value), sort_keys=False)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    if folder.exists():
        raise EngineError(f"{folder} is there already", hint="name a new folder with --to")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as temporary:
        made = Path(temporary, "made")
        for name, text in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_text(text, encoding="utf-8")
        made.rename(folder)
