"""The servers of the comparison: how each is started, and what it is sent."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from servers.environments import environment_for
from servers.processes import Tree
from servers.work import MODEL

ONE_THREAD: Mapping[str, str] = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"], "1"
)
"""What every process that computes is told, so that workers × threads = cores."""

_UVICORN: Mapping[str, str] = {
    "UVICORN_ACCESS_LOG": "false",
    # It kills workers that are not ready within 5 s, which a busy machine may take.
    "UVICORN_TIMEOUT_WORKER_HEALTHCHECK": "60",
}
"""Flags of FastAPI's and MLflow's server: none of the servers has a line in a log per request."""

_START_SECONDS = 300.0
_PEERS = Path(__file__).with_name("peers")
_SCRIPT = """
from servers.work import Work

def init():
    global recognizer
    recognizer = Work()._recognizer

def run(input_bytes):
    return recognizer.answer(input_bytes)
"""


@dataclass(frozen=True)
class Body:
    """A request: where it goes, and what it holds."""

    path: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Plan:
    """What every server is given.

    Attributes:
        workers: How many processes compute.
        model: The model's file.
        photo: The photo's file.
        cache: Folder of the peers' environments.
        folder: A folder to write to.
    """

    workers: int
    model: Path
    photo: bytes
    cache: Path
    folder: Path


@dataclass(frozen=True)
class Server:
    """A server that can be started.

    Attributes:
        command: How, given a port.
        bodies: What it is sent, by the form's name; a form it does not take is missing.
        environment: Variables besides those of all.
    """

    command: Callable[[int], list[str]]
    bodies: Mapping[str, Body]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    tree: Tree


def facewright(plan: Plan, *flags: str) -> Server:
    """Return our server."""
    from facewright.scoring import DataTypes, SampleDefinition, generate_schema

    def run(input_bytes: str) -> None: ...

    script = plan.folder / "score.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, "a")}
    generate_schema(run, inputs=inputs, filepath=plan.folder / "outputs" / "schema.json")
    command = [sys.executable, "-m", "facewright", "score", "serve", str(script)]
    command += ["--workers", str(plan.workers), "--no-access-log", *flags]
    return Server(
        lambda port: [*command, "--port", str(port)],
        {"raw": _raw(plan, "/v1/recognize"), "base64": _base64(plan, "/score")},
        {"PYTHONPATH": str(Path(__file__).parents[1])},
    )


def fastapi(plan: Plan) -> Server:
    """Return FastAPI's."""
    run = environment_for("fastapi", plan.cache).command("uvicorn")
    command = [run, "with_fastapi:app", "--app-dir", str(_PEERS), "--host", "127.0.0.1"]
    command += ["--workers", str(plan.workers)]
    return Server(
        lambda port: [*command, "--port", str(port)],
        {"raw": _raw(plan, "/raw"), "base64": _base64(plan, "/base64")},
    )


def litserve(plan: Plan) -> Server:
    """Return LitServe's."""
    python = environment_for("litserve", plan.cache).command("python")
    script = str(_PEERS / "with_litserve.py")
    return Server(
        lambda port: [python, script, str(port), str(plan.workers)],
        {"raw": _form(plan, "/predict"), "base64": _base64(plan, "/predict")},
    )


def bentoml(plan: Plan) -> Server:
    """Return BentoML's."""
    run = environment_for("bentoml", plan.cache).command("bentoml")
    command = [run, "serve", "with_bentoml:Photos", "--working-dir", str(_PEERS)]
    return Server(
        lambda port: [*command, "--host", "127.0.0.1", "--port", str(port)],
        {"raw": _raw(plan, "/raw"), "base64": _base64(plan, "/base64")},
        {
            "BENCHMARK_WORKERS": str(plan.workers),
            "BENTOML_CONFIG_OPTIONS": "api_server.logging.access.enabled=false",
            "BENTOML_DO_NOT_TRACK": "true",
            "BENTOML_HOME": str(plan.folder / "bentoml"),
        },
    )


def mlflow(plan: Plan) -> Server:
    """Return MLflow's."""
    environment = environment_for("mlflow", plan.cache)
    saved = plan.folder / "mlflow"
    if not saved.exists():
        command = [environment.command("python"), str(_PEERS / "with_mlflow.py"), str(saved)]
        quiet = subprocess.DEVNULL
        variables = _variables(plan, {})
        subprocess.run(command, check=True, env=variables, stdout=quiet, stderr=quiet)
    command = [environment.command("mlflow"), "models", "serve", "-m", str(saved)]
    command += ["--env-manager", "local", "--workers", str(plan.workers), "--host", "127.0.0.1"]
    path = f"{environment.folder / 'bin'}:{os.environ['PATH']}"
    body = json.dumps({"inputs": [base64.b64encode(plan.photo).decode()]}).encode()
    return Server(
        lambda port: [*command, "--port", str(port)],
        {"base64": Body("/invocations", "application/json", body)},
        {"PATH": path},  # it starts uvicorn by its name
    )


ALL: Mapping[str, Callable[[Plan], Server]] = {
    "facewright": facewright,
    "fastapi": fastapi,
    "litserve": litserve,
    "bentoml": bentoml,
    "mlflow": mlflow,
}


@contextmanager
def running(server: Server, plan: Plan, name: str = "server") -> Iterator[Running]:
    """Start a server, wait until it names the face of the photo, and end it after the block.

    Args:
        server: The server.
        plan: What it is given.
        name: Of its log.
    """
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    log = plan.folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            server.command(port),
            stdout=output,
            stderr=output,
            env=_variables(plan, server.environment),
            cwd=plan.folder,
        )
    tree = Tree(process.pid)
    try:
        url = f"http://127.0.0.1:{port}"
        for body in server.bodies.values():
            _await(url, body, log)
        yield Running(url, tree)
    finally:
        tree.end()
        process.wait()


def _variables(plan: Plan, more: Mapping[str, str]) -> dict[str, str]:
    quiet = {"DO_NOT_TRACK": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "ORT_DISABLE_TELEMETRY": "1"}
    return {**os.environ, **ONE_THREAD, **_UVICORN, **quiet, MODEL: str(plan.model), **more}


def _await(url: str, body: Body, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    headers = {"content-type": body.content_type}
    while True:
        try:
            address = url + body.path
            found = httpx.post(
                address, content=body.content, headers=headers, trust_env=False, timeout=60
            )
            if found.status_code == httpx.codes.OK and "similarity" in found.text:
                return
            said = found.text[:500]
        except httpx.TransportError as error:
            said = str(error)
        if time.monotonic() > end:
            raise SystemExit(f"a server does not answer: {said}\n{log.read_text()[-3000:]}")
        time.sleep(0.2)


def _raw(plan: Plan, path: str) -> Body:
    return Body(path, "image/jpeg", plan.photo)


def _base64(plan: Plan, path: str) -> Body:
    text = base64.b64encode(plan.photo).decode()
    return Body(path, "application/json", json.dumps({"input_bytes": text}).encode())


def _form(plan: Plan, path: str) -> Body:
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
    content = head + b"Content-Type: image/jpeg\r\n\r\n" + plan.photo + b"\r\n--x--\r\n"
    return Body(path, "multipart/form-data; boundary=x", content)
