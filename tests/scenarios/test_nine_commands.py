"""The nine commands of README.md, as they are written there: from a model file to a name.

`$model`, `$manifest` and `$image` are filled in by the shell, from what the commands print; the
address is the one that `service usage` prints, since the port is a free one.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from docker_part import import_base_image, shared_engine
from pasted_lines import Terminal, shell_lines
from wheelhouse import wheelhouse

from facewright.projects.project import create_project
from facewright.training.train import TrainingResult

README = Path(__file__).parents[2] / "README.md"
HEADING = "From a model to a service"
ADDRESS = "http://127.0.0.1:8000/score"
VERBS = (
    *("env setup", "env set", "model register", "manifest create", "image create", "image usage"),
    *("service create", "service usage"),
)

Opened = Callable[..., Terminal]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder for all: what is looked up and packed once need not be again."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def terminal(
    trained: TrainingResult, run_folder: Path, data: Path, tmp_path: Path, one_face: Path
) -> Iterator[Opened]:
    """Return a function that opens a terminal in a trained project, with a photo beside it."""
    project = create_project(tmp_path / "doors").folder
    shutil.copytree(trained.files["my_model.onnx"].parent, project / "outputs", dirs_exist_ok=True)
    shutil.copy(one_face, project / "somebody.jpg")
    house = wheelhouse(run_folder)
    opened: list[Terminal] = []

    def open_(**variables: str) -> Terminal:
        pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(house)}
        opened.append(Terminal(project, FACEWRIGHT_DATA_DIRECTORY=str(data), **pip, **variables))
        return opened[-1]

    try:
        yield open_
    finally:
        for each in opened:
            each.paste(
                "for id in $(facewright service list realtime --query [].Id -o tsv); "
                "do facewright service delete realtime -i $id; done; "
                "facewright env set -n local; facewright env delete -n office"
            )


@pytest.fixture(scope="module")
def engine(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the variables of a machine with a container engine and a base image of its own."""
    archive = tmp_path_factory.mktemp("base") / "base.tar"
    with shared_engine(run_folder) as host:
        reference = import_base_image(host)
        client = contextlib.closing(docker.APIClient(host, timeout=600))
        with client as api, archive.open("wb") as file:
            file.writelines(api.get_image(reference))
        yield {"DOCKER_HOST": host, "FACEWRIGHT_BASE_IMAGE": str(archive)}


def paste_all(terminal: Terminal, lines: list[str]) -> str:
    """Paste the nine lines; return what the last one printed."""
    terminal.paste("python score.py")
    address, printed = "", ""
    for line in lines:
        printed = terminal.paste(line.replace(ADDRESS, address) if address else line)
        if "service usage" in line:
            address = printed.splitlines()[1].strip()
            check_sample(terminal, printed)
    return printed


def check_sample(terminal: Terminal, usage: str) -> None:
    """Check that the lines which `service usage` prints work when they are pasted."""
    lines = [line.strip() for line in usage.splitlines()]
    (curl,) = [line for line in lines if line.startswith("curl ")]
    (run,) = [line for line in lines if line.startswith("facewright service run ")]
    (logs,) = [line for line in lines if line.startswith("facewright service logs ")]
    assert '\\"unknown\\": true' in terminal.paste(curl)
    assert '\\"unknown\\": true' in terminal.paste(run)
    assert "lines of log" in terminal.paste(logs)


def test_the_lines_are_the_nine_commands() -> None:
    lines = shell_lines(README, HEADING)
    assert [" ".join(line.split()[1:3]) for line in lines[:-1]] == [*VERBS]
    assert lines[-1] == f"python call_service.py --url {ADDRESS} --path somebody.jpg"


def test_as_processes_they_end_with_a_name(terminal: Opened, tmp_path: Path) -> None:
    opened = terminal(DOCKER_HOST=f"unix://{tmp_path}/nobody.sock")
    assert paste_all(opened, shell_lines(README, HEADING)).splitlines()[-1] == "ada"
    check_one_command(opened)


def check_one_command(terminal: Terminal) -> None:
    """Check that one command makes manifest, image and service, here one with keys."""
    made = terminal.paste(
        "facewright service create realtime -n front -f score.py -r python "
        "-m outputs/my_model.onnx -s outputs/schema.json -c config/serving.yml --auth"
    )
    assert "Image ID: " in made
    assert "Service ID: front" in made
    usage = terminal.paste("facewright service usage realtime -i front")
    check_sample(terminal, usage)
    keys = terminal.paste("facewright service keys realtime -i front").splitlines()
    assert f"    Authorization: Bearer {keys[0].removeprefix('PrimaryKey: ')}" in usage.splitlines()
    for key in keys:
        call = f"python call_service.py --url {usage.splitlines()[1].strip()} --path somebody.jpg"
        assert terminal.paste(f"{call} --key {key.split()[1]}").splitlines()[-1] == "ada"


def test_as_containers_they_end_with_a_name(terminal: Opened, engine: dict[str, str]) -> None:
    opened = terminal(**engine)
    assert paste_all(opened, shell_lines(README, HEADING)).splitlines()[-1] == "ada"
    assert "docker" in opened.paste("facewright env show -o json --query Engine")


def test_with_a_keras_model_they_end_with_a_name(terminal: Opened, tmp_path: Path) -> None:
    opened = terminal(DOCKER_HOST=f"unix://{tmp_path}/nobody.sock")
    opened.paste("sed -i 's/my_model.onnx/my_model.h5/' score.py")
    lines = [line.replace("my_model.onnx", "my_model.h5") for line in shell_lines(README, HEADING)]
    assert paste_all(opened, lines).splitlines()[-1] == "ada"
