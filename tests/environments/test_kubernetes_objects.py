"""The objects that make a service, for every release of Kubernetes and every setting."""

import json
import subprocess
from dataclasses import replace
from typing import Any

import kubernetes_validate
import pytest
import yaml
from cluster_objects import BASE, DIGEST, FULL, GATEWAY, INGRESS, PLAIN, objects
from kubernetes_validate.utils import all_versions
from python_elsewhere import python_with

from facewright.environments.kubernetes.canary import share
from facewright.environments.kubernetes.objects.whole import (
    environment_objects,
    keys_secret,
    namespace_object,
)
from facewright.environments.kubernetes.resources import Manifest
from facewright.environments.kubernetes.role import role
from facewright.environments.kubernetes.settings import ClusterSettings, Expose
from facewright.environments.kubernetes.workload import Workload, object_name
from facewright.errors import EngineError


def _release(text: str) -> tuple[int, int]:
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


# This package begins with 1.25; the one that knows older releases cannot be installed beside it.
VERSIONS = sorted({_release(each) for each in all_versions()})
OLD_VERSIONS = [(1, minor) for minor in range(20, 25)]
_OLD_PACKAGES = ("kubernetes-validate==1.24.1", "setuptools<81")
_VALIDATE = """
import json, sys, kubernetes_validate
for version, made in json.load(sys.stdin):
    for each in made:
        checked = kubernetes_validate.validate(each, version, strict=True)
        assert checked.startswith(version + ".") or checked == version, checked
        print(version, each["kind"])
"""


def one(kind: str, found: list[Manifest]) -> Any:
    return next(each for each in found if each["kind"] == kind)


def pod(workload: Workload = PLAIN, settings: ClusterSettings = BASE) -> Any:
    return one("Deployment", objects(workload, settings))["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda each: f"{each[0]}.{each[1]}")
def test_every_release_takes_everything_that_is_applied(version: tuple[int, int]) -> None:
    made = _applied(version)
    for each in made:
        checked = kubernetes_validate.validate(each, f"{version[0]}.{version[1]}", strict=True)
        assert _release(checked) == version
    assert {each["kind"] for each in made} >= {
        *("Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"),
        *("NetworkPolicy", "Ingress", "PersistentVolumeClaim", "Secret", "ServiceAccount"),
    }


def test_releases_from_1_20_on_take_everything_that_is_applied(
    pytestconfig: pytest.Config,
) -> None:
    python = python_with(pytestconfig.cache, *_OLD_PACKAGES)
    asked = [(f"{major}.{minor}", _applied((major, minor))) for major, minor in OLD_VERSIONS]
    ended = subprocess.run(
        [str(python), "-W", "ignore", "-c", _VALIDATE],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert len(ended.stdout.splitlines()) == sum(len(made) for _, made in asked)


def _applied(version: tuple[int, int]) -> list[Manifest]:
    return [
        *objects(FULL, INGRESS, version),
        *objects(PLAIN, BASE, version),
        *environment_objects(INGRESS),
        namespace_object(INGRESS),
        keys_secret(INGRESS, FULL, b"{}"),
        role("faces"),
    ]


def test_versions_of_apis_are_chosen_by_the_release() -> None:
    old, new = objects(FULL, INGRESS, (1, 20)), objects(FULL, INGRESS, (1, 30))
    kinds = ("HorizontalPodAutoscaler", "PodDisruptionBudget")
    assert [one(kind, old)["apiVersion"] for kind in kinds] == ["autoscaling/v1", "policy/v1beta1"]
    assert [one(kind, new)["apiVersion"] for kind in kinds] == ["autoscaling/v2", "policy/v1"]
    assert one(kinds[0], old)["spec"]["targetCPUUtilizationPercentage"] == 70
    assert one(kinds[0], new)["spec"]["minReplicas"] == 9  # as many as the canary needs beside it


def test_pods_have_no_more_rights_than_they_need() -> None:
    spec, container = pod(), pod()["containers"][0]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert one("NetworkPolicy", objects())["spec"]["egress"] == []


def test_pods_come_and_go_without_failing_a_request() -> None:
    deployment = one("Deployment", objects())
    rolling = deployment["spec"]["strategy"]["rollingUpdate"]
    container = pod()["containers"][0]
    assert rolling == {"maxSurge": 1, "maxUnavailable": 0}
    assert "sleep(5)" in container["lifecycle"]["preStop"]["exec"]["command"][-1]
    paths = [container[each]["httpGet"]["path"] for each in ("startupProbe", "readinessProbe")]
    assert paths == ["/readyz", "/readyz"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"


def test_images_are_named_by_digest_and_labels_are_the_recommended_ones() -> None:
    deployment = one("Deployment", objects())
    assert pod()["containers"][0]["image"].endswith(f"@{DIGEST}")
    assert deployment["metadata"]["labels"] == {
        "app.kubernetes.io/name": "scoring",
        "app.kubernetes.io/component": "service",
        "app.kubernetes.io/instance": "doors",
        "app.kubernetes.io/managed-by": "facewright",
        "app.kubernetes.io/part-of": "office",
        "facewright/environment": "0f-env",
        "facewright/service": "doors",
        "facewright/track": "stable",
    }


def test_processors_are_reserved_and_memory_is_limited() -> None:
    assert pod(FULL, INGRESS)["containers"][0]["resources"] == {
        "requests": {"cpu": "500m", "memory": "1000000000"},
        "limits": {"memory": "1000000000"},
    }


def test_an_ingress_leads_to_the_path_of_the_service() -> None:
    spec = one("Ingress", objects(PLAIN, INGRESS))["spec"]
    assert spec["rules"][0]["http"]["paths"][0]["path"] == "/api/v1/service/doors"
    assert spec["tls"] == [{"hosts": ["faces.example.org"], "secretName": "faces-tls"}]


def test_a_gateway_leads_to_the_path_of_the_service() -> None:
    spec = one("HTTPRoute", objects(PLAIN, GATEWAY, gateway=True))["spec"]
    assert spec["parentRefs"] == [{"name": "public", "namespace": "infra"}]
    assert spec["rules"][0]["matches"][0]["path"]["value"] == "/api/v1/service/doors"
    with pytest.raises(EngineError, match="knows no gateways"):
        objects(PLAIN, GATEWAY)


def test_the_database_of_people_comes_from_a_secret() -> None:
    (found,) = [
        each
        for each in pod(PLAIN, replace(BASE, gallery_secret="people"))["containers"][0]["env"]
        if each["name"] == "FACEWRIGHT_GALLERY_URL"
    ]
    assert found["valueFrom"] == {"secretKeyRef": {"name": "people", "key": "url"}}


def test_answers_are_kept_only_where_all_replicas_can_write() -> None:
    with pytest.raises(EngineError, match="the environment names none"):
        objects(replace(PLAIN, collect=True))


def test_what_is_recorded_is_read_again() -> None:
    assert Workload.from_json(FULL.to_json()) == FULL
    annotation = one("Deployment", objects())["metadata"]["annotations"]["facewright/workload"]
    assert Workload.from_json(annotation) == PLAIN
    with pytest.raises(EngineError, match="cannot be read"):
        Workload.from_json(json.dumps({"format": 2}))


def test_names_of_services_become_names_of_objects() -> None:
    assert object_name("doors-2") == "doors-2"
    assert object_name("a.b") != object_name("a-b")
    assert {len(object_name(each)) <= 52 for each in ("1st", "a.b", "x." * 15 + "x")} == {True}


@pytest.mark.parametrize(
    ("replicas", "percent", "shares"),
    [(1, 50, (1, 1)), (1, 10, (7, 1)), (9, 10, (9, 1)), (2, 33, (2, 1)), (20, 10, (20, 2))],
)
def test_a_canary_gets_its_share_of_the_pods(
    replicas: int, percent: int, shares: tuple[int, int]
) -> None:
    assert share(replicas, percent) == shares


@pytest.mark.parametrize("percent", range(1, 51))
@pytest.mark.parametrize("replicas", [1, 2, 5, 30])
def test_a_share_is_close_to_what_was_asked_for(replicas: int, percent: int) -> None:
    beside, tried = share(replicas, percent)
    assert beside >= replicas
    assert abs(100 * tried / (tried + beside) - percent) <= 2.5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"registry": "http://x"}, "not a registry"),
        ({"namespace": "A"}, "--namespace is not a name"),
        ({"expose": Expose.INGRESS}, "needs the name of a host"),
        ({"ingress_host": "a.example"}, "go with --expose ingress"),
        ({"gateway": "x"}, "go together"),
        ({"ready_within": 1}, "out of range"),
    ],
)
def test_settings_that_cannot_be_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(EngineError, match=words):
        replace(BASE, **change).checked()


def test_settings_are_kept_with_their_environment() -> None:
    kept = json.loads(json.dumps(INGRESS.as_details()))
    assert ClusterSettings.from_details(kept) == INGRESS
    assert yaml.safe_dump(kept)
