"""`config/NAME.compute` and `config/NAME.runconfig`."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from facewright.compute.catalogue import load_target
from facewright.compute.configuration import ComputeConfiguration, Kind, read_compute, target_names
from facewright.compute.local import LocalTarget
from facewright.compute.places import Places
from facewright.compute.run_configuration import read_run_configuration, run_configuration_names
from facewright.compute.settings_file import parsed_settings
from facewright.errors import TargetError
from facewright.projects.project import create_project


def places_with(tmp_path: Path, name: str, content: object) -> Places:
    places = Places(tmp_path, "project", tmp_path / "data")
    places.config.mkdir(exist_ok=True)
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (places.config / name).write_text(text, encoding="utf-8")
    return places


REMOTE = {"type": "remote", "address": "host", "username": "me"}


def test_a_file_of_the_original_is_read(tmp_path: Path) -> None:
    content = {
        "type": "remotedocker",
        "baseDockerImage": "microsoft/mmlspark:plus-0.9.9",
        "address": "10.0.0.1",
        "username": "me",
        "sharedVolumes": True,
        "nvidiaDocker": False,
        "nativeSharedDirectory": "~/.azureml/share/",
        "userManagedEnvironment": False,
        "pythonLocation": "python",
        "yarnDeployMode": "cluster",
    }
    places = places_with(tmp_path, "box.compute", content)
    found = read_compute(places.config, "box")
    assert found.kind is Kind.REMOTE_DOCKER
    assert found.native_shared_directory == "~/.azureml/share/"
    assert found.yarn_deploy_mode == "cluster"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    content = {**REMOTE, "port": 2222, "memory": "2g", "cpus": 1.5, "hostKey": "ssh-ed25519 AAAA"}
    made = parsed_settings(content, ComputeConfiguration)
    assert made.memory_bytes == 2 << 30
    places = places_with(tmp_path, "box.compute", made.text())
    assert read_compute(places.config, "box") == made
    assert yaml.safe_load(made.text()) == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"type": "cluster"}, "clusters of HDInsight Spark are not supported"),
        ({"type": "ftp"}, "expected one of local, docker, remote, remotedocker, ray, received"),
        ({}, "the key 'type' is missing"),
        ({"type": "docker", "baseDockerImag": "x"}, "no such key: 'baseDockerImag'"),
        ({**REMOTE, "port": "22"}, "port: "),
        ({**REMOTE, "port": 0}, "port: "),
        ({**REMOTE, "sharedVolumes": "yes"}, "sharedVolumes: "),
        ({**REMOTE, "address": "-oProxyCommand=x"}, "address: expected a host's name"),
        ({**REMOTE, "address": "a b"}, "address: expected a host's name"),
        ({**REMOTE, "username": "-l"}, "username: expected a user's name"),
        ({**REMOTE, "password": "secret"}, "a password does not belong in the project"),
        ({"type": "remote"}, "a target of type remote has an address and a username"),
        ({"type": "ray", "address": "head:8265"}, "received type ray and address head:8265"),
        ({"type": "local", "userManagedEnvironment": True}, "goes with pythonLocation"),
        ({"type": "docker", "memory": "much"}, "memory: expected bytes, or such as 512m or 2g"),
        ("type: [", "not YAML"),
        ("- a\n", "expected keys and values in YAML"),
        ("x" * 100_000, "expected keys and values"),
        ("[" * 5_000, "not YAML"),
        ("!!python/object/apply:os.system [ls]", "not YAML"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, content: Any, said: str) -> None:
    places = places_with(tmp_path, "box.compute", content)
    with pytest.raises(TargetError) as caught:
        load_target("box", places)
    assert caught.value.message.startswith("box.compute: ")
    assert said in caught.value.message
    assert "secret" not in caught.value.message


def test_the_nearest_key_is_named(tmp_path: Path) -> None:
    places = places_with(tmp_path, "box.compute", {"type": "docker", "basedockerimage": "x"})
    with pytest.raises(TargetError) as caught:
        read_compute(places.config, "box")
    assert caught.value.hint == "did you mean 'baseDockerImage'?"


def test_a_run_configuration_of_the_original_is_read(tmp_path: Path) -> None:
    content = {
        "ArgumentVector": ["$file", "--fast"],
        "Target": "box",
        "EnvironmentVariables": {"A": "1"},
        "Framework": "Python",
        "CondaDependenciesFile": "aml_config/conda_dependencies.yml",
        "SparkDependenciesFile": "aml_config/spark_dependencies.yml",
        "PrepareEnvironment": True,
        "TrackedRun": False,
        "UseSampling": True,
        "DataSourceSettings": {"sampling": {}},
        "DataSourceSubstitutions": {"a": "b"},
    }
    places = places_with(tmp_path, "box.runconfig", content)
    found = read_run_configuration(places.config, "box")
    assert found.arguments("train.py", ["--epochs", "5"]) == [
        "train.py", "--fast", "--epochs", "5",
    ]  # fmt: skip
    assert found.environment_variables == {"A": "1"}
    assert found.prepare_environment
    assert not found.tracked_run


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "the key 'Target' is missing"),
        ({"Target": "x", "Framework": "PySpark"}, "Spark is not supported"),
        ({"Target": "x", "EnvironmentVariables": {"A": 1}}, "EnvironmentVariables.A: "),
        ({"Target": "x", "ArgumentVector": "train.py"}, "ArgumentVector: "),
        ({"Target": "x", "Trackedrun": True}, "no such key: 'Trackedrun'"),
    ],
)
def test_a_wrong_run_configuration(tmp_path: Path, content: Any, said: str) -> None:
    places = places_with(tmp_path, "box.runconfig", content)
    with pytest.raises(TargetError) as caught:
        read_run_configuration(places.config, "box")
    assert said in caught.value.message


def test_the_script_is_named_once(tmp_path: Path) -> None:
    places = places_with(tmp_path, "a.runconfig", {"Target": "x"})
    with pytest.raises(TargetError, match="wants a script to run"):
        read_run_configuration(places.config, "a").arguments(None, [])
    places_with(tmp_path, "b.runconfig", {"Target": "x", "ArgumentVector": ["train.py"]})
    fixed = read_run_configuration(places.config, "b")
    assert fixed.arguments(None, ["-x"]) == ["train.py", "-x"]
    with pytest.raises(TargetError, match="wants no script"):
        fixed.arguments("other.py", [])


def test_a_new_project_has_targets_that_can_be_read(tmp_path: Path) -> None:
    create_project(tmp_path / "face")
    places = Places(tmp_path / "face", "project", tmp_path / "data")
    assert "local" in target_names(places.config)
    assert target_names(places.config) == run_configuration_names(places.config)
    for name in target_names(places.config):
        assert read_compute(places.config, name)
        assert read_run_configuration(places.config, name).target == name
    assert isinstance(load_target("local", places), LocalTarget)


def test_a_target_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="the file is not there"):
        load_target("box", Places(tmp_path, "project", tmp_path))
    places = places_with(tmp_path, "bosch.compute", REMOTE)
    with pytest.raises(TargetError) as caught:
        load_target("bosh", places)
    assert caught.value.hint == (
        "did you mean 'bosch'? known here: bosch; `facewright computetarget attach` adds a target"
    )


def test_a_remote_target_without_a_host_key_is_not_reached(tmp_path: Path) -> None:
    places = places_with(tmp_path, "box.compute", REMOTE)
    with pytest.raises(TargetError, match="its file has no hostKey"):
        load_target("box", places)
