"""Services in a real cluster: from setup to nothing left, with the documented role or less."""

import base64
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import httpx
import pytest
from cluster_bench import ClusterBench, cluster_bench
from cluster_part import TestCluster, shared_cluster
from docker_part import import_base_image
from service_images import Shelf, script
from waiting_part import until
from wheelhouse import wheelhouse

from facewright.environments.kubernetes.role import role
from facewright.environments.service_engine import Scaling
from facewright.errors import EngineError, EngineForbidden, InUse
from facewright.projects.project import create_project
from facewright.training.train import TrainingResult


@pytest.fixture(scope="module")
def cluster(run_folder: Path) -> Iterator[TestCluster]:
    with shared_cluster(run_folder) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def shelf(cluster: TestCluster, run_folder: Path) -> Shelf:
    return Shelf(run_folder / "images-cluster", cluster.docker_host)


@pytest.fixture
def bench(cluster: TestCluster, shelf: Shelf, tmp_path: Path) -> Iterator[ClusterBench]:
    with cluster_bench(cluster, tmp_path / "data", shelf) as bench:
        yield bench


@pytest.fixture
def project(trained: TrainingResult, one_face: Path, cluster: TestCluster, tmp_path: Path) -> Path:
    """Return a trained project, with a photo and the archive of a base image in it."""
    folder = create_project(tmp_path / "doors").folder
    (folder / "outputs").mkdir(exist_ok=True)
    for file in trained.files.values():
        (folder / "outputs" / file.name).write_bytes(file.read_bytes())
    (folder / "somebody.jpg").write_bytes(one_face.read_bytes())
    reference = import_base_image(cluster.docker_host)
    engine = contextlib.closing(docker.APIClient(cluster.docker_host, timeout=600))
    with engine as api, (folder / "base.tar").open("wb") as archive:
        archive.writelines(api.get_image(reference))
    return folder


def test_nine_commands_end_with_a_name_in_a_cluster(
    project: Path, bench: ClusterBench, run_folder: Path
) -> None:
    """As README.md and docs/kubernetes.md write them."""
    variables = {
        **os.environ,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheelhouse(run_folder)),
        "FACEWRIGHT_DATA_DIRECTORY": str(bench.data),
        "KUBECONFIG": str(bench.account()),
    }

    def run(*words: str) -> str:
        command = [sys.executable, *words]
        if words[0] != "call_service.py" and words[0] != "score.py":
            command = [sys.executable, "-m", "facewright", *words]
        done = subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True)
        assert not done.returncode, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    run("score.py")
    where = ("--registry", bench.cluster.registry, "--namespace", bench.namespace)
    run("env", "setup", "--cluster", "-n", "office", *where, "--base-image", "base.tar")
    run("env", "set", "-n", "office")
    model = id_in(run("model", "register", "--model", "outputs/my_model.onnx", "--name", "m.onnx"))
    made = ("-r", "python", "-i", model, "-s", "outputs/schema.json")
    manifest = id_in(run("manifest", "create", "--manifest-name", "doors", "-f", "score.py", *made))
    image = id_in(run("image", "create", "-n", "doors", "--manifest-id", manifest))
    assert image in run("image", "usage", "-i", image)
    printed = run(
        "service", "create", "realtime", "--image-id", image, "-n", "doors", "--cpu", "0.1"
    )
    assert printed.startswith("Service ID: doors.office-")
    usage = [
        line.strip() for line in run("service", "usage", "realtime", "-i", "doors").splitlines()
    ]
    address = usage[1]
    assert address.endswith("/api/v1/service/doors/score")
    keys = dict(
        line.split(": ") for line in run("service", "keys", "realtime", "-i", "doors").splitlines()
    )
    assert f"Authorization: Bearer {keys['PrimaryKey']}" in usage
    asked = ("call_service.py", "--url", address, "--path", "somebody.jpg", "--key")
    for key in keys.values():
        assert run(*asked, key).splitlines()[-1] == "ada"
    check_access(address.removesuffix("/score"), keys["SecondaryKey"])
    assert json.loads(run("service", "diff", "realtime", "-i", "doors")) == []
    run("service", "export", "realtime", "-i", "doors", "--format", "helm", "--to", "chart")
    assert {each.name for each in (project / "chart").iterdir()} == {
        *("Chart.yaml", "values.yaml", "templates"),
    }
    shown = json.loads(run("service", "show", "realtime", "-i", "doors"))
    assert [each["state"] for each in shown["Replicas"]] == ["Ready"]

    run("service", "delete", "realtime", "-i", "doors")
    assert bench.pods() == []
    run("env", "delete", "-n", "office")
    assert bench.left() == []


def id_in(printed: str) -> str:
    """Return the id that a command printed."""
    lines = dict(line.partition(": ")[::2] for line in printed.splitlines())
    return lines.get("Id") or lines["Image ID"]


def check_access(base: str, key: str) -> None:
    """Without a key or with a wrong one nothing is answered but whether the service lives."""
    body = {"input_bytes": base64.b64encode(b"no photo").decode()}
    for headers in ({}, {"authorization": f"Bearer {key[:-1]}!"}):
        answer = httpx.post(f"{base}/score", json=body, headers=headers, trust_env=False)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthorized"
    for path in ("/livez", "/readyz", "/"):
        assert httpx.get(f"{base}{path}", trust_env=False).status_code == 200


def test_what_was_made_is_seen_mended_and_taken_away(bench: ClusterBench) -> None:
    bench.clusters.setup(bench.settings(bench.account()), None, {})
    bench.environments.set("office")
    one, two = bench.image(script("one")), bench.image(script("two"))
    id = bench.create("doors", one, replicas=None, enabled=True, least=1, most=3)
    engine = bench.engine()
    assert {each.split("/")[0] for each in bench.left()} == {
        *("deployment.apps", "replicaset.apps", "pod", "service", "secret", "configmap"),
        *("serviceaccount", "horizontalpodautoscaler.autoscaling", "poddisruptionbudget.policy"),
        "networkpolicy.networking.k8s.io",
    }
    with pytest.raises(InUse, match=f"the service {id}"):
        bench.clusters.delete("office")

    check_drift(bench, id)
    check_canary(bench, id, two)
    for number in range(8):
        bench.ask(id, f"request-{number}")
    lines = list(bench.services.logs(bench.services.show(id)))
    said = [json.loads(line) for line in lines if '"PRINT_STATEMENT"' in line]
    asked = [each["requestId"] for each in said if each["requestId"].startswith("request-")]
    assert asked == [f"request-{number}" for number in range(8)]
    assert engine.able.version == (1, 20)

    # What is recorded is all there is, and it is 1.20 that takes it.
    workload = engine.workload("doors")
    assert workload is not None
    assert workload.scaling == Scaling(1, 3, 70)
    bench.services.delete(id)
    assert {each.split("/")[0] for each in bench.left()} == {"configmap", "serviceaccount"}
    bench.clusters.delete("office")
    assert bench.left() == []


def check_drift(bench: ClusterBench, id: str) -> None:
    """What somebody changed in the cluster is shown, and put right."""
    assert bench.tried.differences(id) == []
    where = ("-n", bench.namespace)
    bench.cluster.kubectl(
        "label", "service", "doors", *where, "facewright/service=x", "--overwrite"
    )
    bench.cluster.kubectl("delete", "networkpolicy", "doors", *where)
    found = {(each.object, each.place, each.found) for each in bench.tried.differences(id)}
    assert found == {
        ("Service doors", "metadata.labels.facewright/service", "x"),
        ("NetworkPolicy doors", "", "missing"),
    }
    bench.tried.repair(id, bench.hear)
    assert bench.tried.differences(id) == []


def check_canary(bench: ClusterBench, id: str, image: str) -> None:
    """An image that is tried gets its share; ended, it gets nothing; promoted, everything."""
    tried = bench.tried.try_image(id, image, 50, bench.hear)
    assert tried.canary is not None
    answers = [bench.ask(id) for _ in range(60)]
    assert 10 < answers.count("two") < 50  # each with a chance of one half
    with pytest.raises(EngineError, match="tries another image: it gets 50 %"):
        bench.update(id, cpu=0.03)
    bench.tried.abort(id, bench.hear)
    # Pods that leave are asked until every node has heard of it.
    until(lambda: {bench.ask(id) for _ in range(10)} == {"one"})
    bench.tried.try_image(id, image, 50, bench.hear)
    assert bench.tried.promote(id, bench.hear).image_id == image
    until(lambda: {bench.ask(id) for _ in range(10)} == {"two"})
    bad = bench.image(script("bad", init="raise ValueError('no weights')"))
    with pytest.raises(EngineError, match="no weights"):
        bench.tried.try_image(id, bad, 50, bench.hear)
    until(lambda: {bench.ask(id) for _ in range(10)} == {"two"})
    assert bench.tried.tried(bench.services.show(id)) is None


def test_each_missing_right_is_named(bench: ClusterBench) -> None:
    rules = role(bench.namespace)["rules"]
    verbs = {"create", "patch"}
    less = [
        {**rule, "verbs": [each for each in rule["verbs"] if each not in verbs]} for rule in rules
    ]
    with pytest.raises(EngineForbidden) as caught:
        bench.clusters.setup(bench.settings(bench.account(less)), None, {})
    assert "lacks rights" in caught.value.message
    assert "create deployments.apps, patch deployments.apps" in caught.value.message
    assert "office" not in [each.name for each in bench.environments.list()]
    assert bench.left() == []

    bench.clusters.setup(bench.settings(bench.account()), None, {})
    for number, rule in enumerate(rules[:6]):
        without = bench.account([each for each in rules if each is not rule])
        api = bench.engine(without).resources.api
        path = bench.path(rule["apiGroups"][0], rule["resources"][0])
        verb, method = ("list", "GET") if "/" not in rule["resources"][0] else ("get", "GET")
        with pytest.raises(EngineForbidden) as caught:
            api.request(method, path)
        named = rule["resources"][0] + (f".{rule['apiGroups'][0]}" if rule["apiGroups"][0] else "")
        assert f"may not {verb} {named}" in caught.value.message, number
        assert repr(verb) in str(caught.value.hint)
    bench.clusters.delete("office")


def test_what_others_made_is_not_taken_over(bench: ClusterBench) -> None:
    bench.clusters.setup(bench.settings(bench.account()), None, {})
    bench.environments.set("office")
    where = ("-n", bench.namespace)
    bench.cluster.kubectl("create", "service", "clusterip", "doors", "--tcp=80:80", *where)
    with pytest.raises(EngineError, match="a Service doors .* is not of this environment"):
        bench.create("doors", bench.image(script("one")))
    assert bench.services.list() == []
    assert "service/doors" in bench.cluster.names("services", bench.namespace)
    bench.clusters.delete("office")


def test_a_cluster_that_does_not_answer_is_named(
    bench: ClusterBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facewright.environments.kubernetes.api._FIRST_SECONDS", 0)
    nobody = tmp_path / "nobody.kubeconfig"
    nobody.write_text(bench.cluster.admin.read_text().replace("127.0.0.1:6443", "127.0.0.1:9"))
    with pytest.raises(EngineError, match=r"does not answer at https://127.0.0.1:9"):
        bench.clusters.setup(bench.settings(nobody), None, {})
    with pytest.raises(EngineError, match="the kubeconfig cannot be used"):
        bench.clusters.setup(bench.settings(nobody, context="other"), None, {})
    assert [each.name for each in bench.environments.list()] == ["local"]
