"""`facewright notebook start`, with a real Jupyter server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from facewright.compute.places import Places
from facewright.projects.kernels import find_kernels
from facewright.projects.project import Project, create_project

PATIENCE = 120
COMMAND = (
    "import sys\n"
    "from facewright.cli.errors import run_and_explain\n"
    "from facewright.cli.notebook import app\n"
    "sys.exit(run_and_explain(app))\n"
)
RUN_CONFIGURATION = (
    "Target: local\nEnvironmentVariables:\n  GREETING: 'price: $HOME {connection_file}'\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = create_project(tmp_path / "doors")
    (project.folder / "config" / "local.runconfig").write_text(RUN_CONFIGURATION)
    (project.folder / "config" / "box.compute").write_text(
        "type: remote\naddress: box\nusername: me\n"
    )
    (project.folder / "config" / "box.runconfig").write_text("Target: box\n")
    return project


@pytest.fixture
def places(project: Project, tmp_path: Path) -> Places:
    return Places(project.folder, project.id, tmp_path / "data")


def test_each_local_run_configuration_is_a_kernel(
    project: Project, places: Places, tmp_path: Path
) -> None:
    found = find_kernels(project, places, tmp_path / "ipython")
    (kernel,) = found.kernels
    assert (kernel.name, kernel.title, kernel.python) == (
        "doors-local",
        "doors local",
        sys.executable,
    )
    assert kernel.environment["AZUREML_NATIVE_SHARE_DIRECTORY"] == str(
        tmp_path / "data" / "share" / "doors"
    )
    assert (
        "doors box has no kernel: notebooks run on this machine, and its target is of type remote"
        in found.left_out
    )


def test_a_python_without_ipykernel_is_named(
    project: Project, places: Places, tmp_path: Path
) -> None:
    (project.folder / "config" / "local.compute").write_text(
        "type: local\npythonLocation: /bin/false\n"
    )
    found = find_kernels(project, places, tmp_path / "ipython")
    assert found.kernels == ()
    assert "doors local has no kernel: /bin/false cannot import ipykernel" in found.left_out


def _environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HOME": str(tmp_path / "home"),
        "FACEWRIGHT_DATA_DIRECTORY": str(tmp_path / "data"),
    }


def test_without_jupyter_the_extra_is_named(project: Project, tmp_path: Path) -> None:
    hidden = (
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *_: None if name == 'jupyterlab' else find(name)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", hidden + COMMAND, "start", "--path", str(project.folder)],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        "error: notebooks need the library jupyterlab, which is not installed\n"
        "hint: run `pip install 'facewright[notebook]'`\n",
    )


@pytest.fixture
def server(project: Project, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    if find_spec("jupyterlab") is None or find_spec("ipykernel") is None:
        reason = "Jupyter is not installed: pip install 'facewright[notebook]'"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    (tmp_path / "home").mkdir()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "start", "--no-browser"],
            cwd=project.folder,
            env=_environment(tmp_path),
            stdout=log,
            stderr=log,
        )
    yield process
    process.kill()
    process.wait(timeout=PATIENCE)


@pytest.fixture
def api(
    server: subprocess.Popen[bytes], project: Project, tmp_path: Path
) -> Iterator[httpx.Client]:
    told = _told(server, tmp_path / "data" / "notebooks" / project.id / "runtime", tmp_path / "log")
    headers = {"Authorization": f"token {told['token']}"}
    with httpx.Client(base_url=told["url"], headers=headers, timeout=PATIENCE) as client:
        yield client


def _told(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            told: dict[str, Any] = json.loads(path.read_text())
            return told
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()}")


def test_a_server_runs_cells_in_the_project(
    api: httpx.Client, server: subprocess.Popen[bytes], project: Project, tmp_path: Path
) -> None:
    assert api.base_url.host == "127.0.0.1"
    assert httpx.get(f"{api.base_url}api/kernelspecs").status_code == 403
    specs = api.get("api/kernelspecs").json()
    assert (specs["default"], list(specs["kernelspecs"])) == ("doors-local", ["doors-local"])
    assert "train.py" in [entry["name"] for entry in api.get("api/contents").json()["content"]]
    kernel = api.post("api/kernels", json={"name": "doors-local"}).json()["id"]
    runtime = tmp_path / "data" / "notebooks" / project.id / "runtime"
    told = _execute(runtime / f"kernel-{kernel}.json")
    assert told == {
        "folder": str(project.folder),
        "greeting": "price: $HOME {connection_file}",
        "shared": str(tmp_path / "data" / "share" / "doors"),
    }
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=PATIENCE) == 0
    assert list((tmp_path / "home").rglob("*upyter*")) == []


CELL = """
import json, os
print(json.dumps({
    "folder": os.getcwd(),
    "greeting": os.environ["GREETING"],
    "shared": os.environ["FACEWRIGHT_SHARED_DIRECTORY"],
}))
"""


def _execute(connection: Path) -> dict[str, str]:
    from jupyter_client.blocking.client import BlockingKernelClient

    client = BlockingKernelClient()
    client.load_connection_file(str(connection))
    client.start_channels()
    printed: list[str] = []
    try:
        client.wait_for_ready(timeout=PATIENCE)
        client.execute_interactive(
            CELL,
            timeout=PATIENCE,
            output_hook=lambda message: printed.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
    told: dict[str, str] = json.loads("".join(printed))
    return told
