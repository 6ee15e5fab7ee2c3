"""`facewright env` as people see it."""

import json
import re
from pathlib import Path

import pytest
import yaml
from original_keys import original_keys
from service_command import Bench
from service_images import Shelf


@pytest.fixture
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Return a bench without images: no service is made on it."""
    folder = tmp_path_factory.mktemp("bench")
    return Bench(folder / "data", Shelf.__new__(Shelf))


def test_there_is_a_local_environment_without_setup(bench: Bench) -> None:
    said = bench.run("env", "show")
    shown = json.loads(said.stdout)
    assert said.code == 0
    assert (shown["Cluster Name"], shown["Engine"]) == ("local", "process")
    assert original_keys("env show") <= set(shown)
    assert (shown["Current Mode"], shown["Provisioning State"]) == ("local", "Succeeded")


def test_setup_says_what_comes_next(bench: Bench) -> None:
    said = bench.run("env", "setup", "-n", "prod", "-g", "rg", "-l", "here", "--engine", "process")
    assert (said.code, said.stdout) == (
        0,
        "Set up the environment prod on this machine, with the engine process.\n"
        "To see it, run:\n"
        "  facewright env show -g rg -n prod\n"
        "To let new services live in it, run:\n"
        "  facewright env set -g rg -n prod\n",
    )
    assert bench.run("env", "set", "-g", "rg", "-n", "prod").stdout == "Compute set to prod.\n"
    assert bench.run("env", "local").stdout == "Now running in local mode\n"
    listed = json.loads(bench.run("env", "list").stdout)
    assert [(each["Cluster Name"], each["Current"]) for each in listed] == [
        ("local", False),
        ("prod", True),
    ]
    assert bench.run("env", "delete", "-n", "prod").stdout == "Deleted the environment prod.\n"


@pytest.mark.parametrize("name", ["", "Prod", "a-b", "x" * 21, "../x"])
def test_a_name_that_cannot_be_one_is_refused(bench: Bench, name: str) -> None:
    said = bench.run("env", "setup", "-n", name, "--engine", "process")
    assert said.code == 1
    assert said.stderr.startswith("error: not a name for an environment: expected 1 to 20")


def test_what_a_cluster_needs_is_asked_for(bench: Bench, tmp_path: Path) -> None:
    said = bench.run("env", "setup", "-n", "prod", "--cluster")
    assert said.code == 2
    assert "give it with --registry" in said.stderr
    missing = ("--registry", "registry.example", "--kubeconfig", str(tmp_path / "none.yaml"))
    said = bench.run("env", "setup", "-n", "prod", "--cluster", *missing)
    assert said.code == 1
    assert said.stderr.startswith("error: the kubeconfig cannot be used: ")
    assert [each["Cluster Name"] for each in json.loads(bench.run("env", "list").stdout)] == [
        "local"
    ]
    said = bench.run("env", "setup", "-n", "prod", "--registry", "registry.example")
    assert (said.code, "say --cluster, too" in said.stderr) == (2, True)
    said = bench.run("env", "cluster")
    assert said.code == 1
    assert said.stderr.startswith("error: the environment local has no cluster")


def test_the_role_that_is_printed_is_the_one_in_the_guide(bench: Bench) -> None:
    printed = yaml.safe_load(bench.run("env", "role", "--namespace", "faces").stdout)
    guide = Path(__file__).parents[2] / "docs" / "kubernetes.md"
    (block,) = re.findall(r"```yaml\n(.*?)```", guide.read_text(), re.DOTALL)
    assert printed == yaml.safe_load(block)


def test_a_taken_name_and_a_missing_one_are_named(bench: Bench) -> None:
    assert "already" in bench.run("env", "setup", "-n", "local", "--engine", "process").stderr
    assert "there is no environment 'x'" in bench.run("env", "set", "-n", "x").stderr
