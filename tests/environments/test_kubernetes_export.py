"""A service's objects as files that other tools read."""

import re
import shutil
import subprocess
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from cluster_objects import FULL, INGRESS, PLAIN, objects

from facewright.environments.kubernetes.export import as_yaml, write_helm, write_kustomize
from facewright.errors import EngineError

WHOLE = objects(PLAIN, INGRESS)


def checked(text: str) -> list[dict[str, Any]]:
    found = [each for each in yaml.safe_load_all(text) if each]
    for each in found:
        kubernetes_validate.validate(each, "1.30", strict=True)
    return found


def test_plain_manifests_name_their_namespace() -> None:
    found = checked(as_yaml(WHOLE, "faces"))
    assert [each["kind"] for each in found] == [each["kind"] for each in WHOLE]
    assert {each["metadata"]["namespace"] for each in found} == {"faces"}


def test_a_base_for_kustomize_is_what_kubectl_builds(tmp_path: Path) -> None:
    write_kustomize(WHOLE, "faces", tmp_path / "base")
    if shutil.which("kubectl") is None:
        pytest.skip("needs kubectl: `apt install kubernetes-client`")
    command = ["kubectl", "kustomize", str(tmp_path / "base")]
    built = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wanted = {(each["kind"], each["metadata"]["name"]): each["spec"] for each in WHOLE}
    found = {(each["kind"], each["metadata"]["name"]): each["spec"] for each in checked(built)}
    pods = found["Deployment", "doors"]["template"]["spec"]["containers"][0]
    assert pods["image"].endswith("@" + PLAIN.image)
    assert {*found} == {*wanted}
    assert found["Service", "doors"] == wanted["Service", "doors"]


def rendered(chart: Path) -> str:
    """Fill a chart's values in, as far as its templates go: they name values and nothing else."""
    values = yaml.safe_load((chart / "values.yaml").read_text())
    block = yaml.safe_dump(values["resources"]).rstrip()

    def filled(text: str) -> str:
        text = text.replace("{{ .Values.image | quote }}", f'"{values["image"]}"')
        text = text.replace("{{ .Values.replicas }}", str(values["replicas"]))
        text = text.replace("{{ .Values.host }}", values["host"])
        text = re.sub(
            r"\n +\{\{- toYaml \.Values\.resources \| nindent (\d+) \}\}",
            lambda found: "\n" + textwrap.indent(block, " " * int(found[1])),
            text,
        )
        assert "{{" not in text
        return text

    return "---\n".join(
        filled(each.read_text()) for each in sorted((chart / "templates").iterdir())
    )


def test_a_chart_with_its_values_is_the_service(tmp_path: Path) -> None:
    whole = objects(replace(FULL, canary=None), INGRESS)
    write_helm(whole, tmp_path / "chart")
    chart = yaml.safe_load((tmp_path / "chart/Chart.yaml").read_text())
    assert (chart["apiVersion"], chart["name"]) == ("v2", "doors")
    found = {
        (each["kind"], each["metadata"]["name"]): each
        for each in checked(rendered(tmp_path / "chart"))
    }
    for each in whole:
        made = found[each["kind"], each["metadata"]["name"]]
        if each["metadata"]["name"] != "doors-canary":
            assert made["spec"] == each["spec"]


def test_a_folder_that_is_there_stays_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="is there already"):
        write_helm(WHOLE, tmp_path)
    assert list(tmp_path.iterdir()) == []
