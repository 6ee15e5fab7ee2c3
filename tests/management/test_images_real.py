"""Images with real packages: in a real registry, on a real Docker Engine, and for another machine.

Packages come from wherever pip finds them on this machine.
"""

import base64
import contextlib
import json
import struct
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import docker
import pytest
from docker_part import import_base_image, shared_engine
from registry_part import free_port, registry  # noqa: F401, a fixture
from waiting_part import until

from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.referrers import referrers_name
from facewright.containers.oci.registry import Registry
from facewright.database.database import open_database
from facewright.errors import DependenciesError
from facewright.management.images import ImageOrder, Images
from facewright.management.manifest_order import ManifestOrder
from facewright.management.manifests import Manifests
from facewright.management.model_files import ModelFiles
from facewright.management.models import Models
from facewright.projects.template import template_folder
from facewright.training.train import TrainingResult

AMD64, ARM64 = Platform(), Platform(architecture="arm64")
_AARCH64, _X86_64 = 183, 62


class Bench(NamedTuple):
    """Images, and a manifest of a trained model to make more of."""

    images: Images
    manifest_id: str
    project: Path


@pytest.fixture(scope="module")
def bench(trained: TrainingResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("images")
    project = folder / "project"
    (project / "outputs").mkdir(parents=True)
    (project / "outputs/my_model.onnx").write_bytes(trained.files["my_model.onnx"].read_bytes())
    with template_folder("face") as template:
        (project / "score.py").write_bytes((template / "score.py").read_bytes())
    written = subprocess.run(
        [sys.executable, "score.py"], cwd=project, capture_output=True, text=True, check=False
    )
    assert not written.returncode, written.stderr
    (project / "requirements.txt").write_text("facewright[serve]\n")
    with open_database(f"sqlite:///{folder / 'records.db'}") as database:
        models = Models(database, ModelFiles(folder / "store"))
        order = ManifestOrder(
            "doors",
            project,
            "score.py",
            model_files=("outputs/my_model.onnx",),
            schema="outputs/schema.json",
            pip_file="requirements.txt",
        )
        try:
            made = Manifests(database, models, folder / "wheels").create(
                order, lambda line: None, lambda line: None
            )
        except DependenciesError as error:
            pytest.skip(f"pip finds no packages here: {error}")
        yield Bench(Images(database, models, folder, folder / "wheels"), made.id, project)


@pytest.fixture(scope="module")
def docker_host(run_folder: Path) -> Iterator[str]:
    with shared_engine(run_folder) as host:
        yield host


@pytest.fixture(scope="module")
def on_base(bench: Bench, docker_host: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the id of an image on Debian's Python, saved by an engine."""
    archive = tmp_path_factory.mktemp("base") / "base.tar"
    reference = import_base_image(docker_host)
    with contextlib.closing(client(docker_host)) as api, archive.open("wb") as file:
        file.writelines(api.get_image(reference))
    order = ImageOrder("doors", bench.manifest_id, ("linux/amd64",), str(archive))
    return bench.images.create(order).id


def shared_objects(layout: Layout, image: Image) -> Iterator[tuple[str, int]]:
    """Yield each compiled file of our layers, and the machine it is for (ELF's e_machine)."""
    for layer in image.layers:
        with tarfile.open(layout.blobs.path(layer.digest)) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and (start := content.read(20))[:4] == b"\x7fELF":
                    yield member.name, struct.unpack("<H", start[18:20])[0]


def test_each_platform_has_binaries_of_its_own(bench: Bench) -> None:
    order = ImageOrder("both", bench.manifest_id, ("linux/amd64", "linux/arm64"))
    made = bench.images.create(order)
    for platform, machine in (("linux/amd64", _X86_64), ("linux/arm64", _AARCH64)):
        held = bench.images.contents(made.id, platform)
        found = dict(shared_objects(bench.images.layout, held))
        assert any("onnxruntime" in name for name in found)
        assert set(found.values()) == {machine}


def test_what_no_service_opens_is_left_out(bench: Bench) -> None:
    made = bench.images.create(ImageOrder("small", bench.manifest_id, ("linux/amd64",)))
    held = bench.images.contents(made.id)
    assert "opencv_python_headless" in held.labels["facewright.left-out"]
    with tarfile.open(bench.images.layout.blobs.path(held.layers[0].digest)) as archive:
        names = archive.getnames()
    assert not [name for name in names if "/cv2/" in name or "landmarks_68" in name]
    assert [name for name in names if name.endswith("shape_predictor_5_face_landmarks.dat")]
    assert made.size < 450e6


def post(address: str, photo: Path) -> dict[str, object]:
    body = json.dumps({"input_bytes": base64.b64encode(photo.read_bytes()).decode()}).encode()
    request = urllib.request.Request(  # noqa: S310, our own loopback server
        f"{address}/score", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        answer: dict[str, object] = json.loads(json.loads(response.read()))
    return answer


def client(host: str) -> Any:  # half of its types are missing
    return docker.APIClient(host, timeout=600)


@contextlib.contextmanager
def running(host: str, reference: str, command: list[str]) -> Iterator[str]:
    """Yield the address of a container with the rights of nobody and files it can only read."""
    with contextlib.closing(client(host)) as api:
        port = free_port()
        limits = api.create_host_config(
            read_only=True,
            tmpfs={"/tmp": ""},  # noqa: S108, in a container
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            network_mode="host",
        )
        words = [*command, "--host", "127.0.0.1", "--port", str(port)]
        made = api.create_container(reference, words, host_config=limits)
        try:
            api.start(made)
            until(lambda: answers(f"http://127.0.0.1:{port}/readyz") or ended(api, made))
            yield f"http://127.0.0.1:{port}"
        finally:
            api.remove_container(made, force=True)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


def ended(api: Any, container: Any) -> bool:
    state = api.inspect_container(container)["State"]
    if state["Status"] == "exited":
        pytest.fail(api.logs(container).decode(errors="replace"))
    return False


def test_docker_loads_it_and_it_names_a_face(
    bench: Bench, on_base: str, docker_host: str, one_face: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "image.tar"
    name = bench.images.export(on_base, archive, "docker")
    with contextlib.closing(client(docker_host)) as api, archive.open("rb") as file:
        list(api.load_image(file))
        assert api.inspect_image(name)["Config"]["User"] == "65532:65532"
        command = api.inspect_image(name)["Config"]["Cmd"]
    with running(docker_host, name, command) as address:
        assert post(address, one_face)["name"] == "ada"


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_a_registry_gives_back_what_it_was_given_and_docker_runs_it(
    bench: Bench,
    on_base: str,
    docker_host: str,
    registry: str,  # noqa: F811
    one_face: Path,
    compression: str,
    tmp_path: Path,
) -> None:
    name = f"{registry}/team/doors:{compression}"
    digest = bench.images.push(on_base, name, compression, False, lambda done, total: None)
    image = bench.images.show(on_base)
    assert (digest == image.digest) is (compression == "none")
    assert image.location == name
    assert Registry(Reference.parse(name)).digest() == digest
    fetched = Layout(tmp_path / "fetched")
    pulled = Registry(Reference.parse(name)).fetch(
        fetched, lambda entry: True, lambda done, total: None
    )
    assert pulled.digest == digest
    about = Reference.parse(f"{registry}/team/doors:{referrers_name(pulled)}")
    assert Registry(about).digest() is not None
    with contextlib.closing(client(docker_host)) as api:
        told = list(api.pull(f"{registry}/team/doors", compression, stream=True, decode=True))
        assert not [each for each in told if "error" in each], told[-1]
        command = api.inspect_image(name)["Config"]["Cmd"]
    with running(docker_host, name, command) as address:
        assert post(address, one_face)["name"] == "ada"


def test_what_a_registry_has_is_not_sent_again(
    bench: Bench,
    on_base: str,
    registry: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import requests

    sent: list[int] = []
    send = requests.Session.send

    def counting(
        self: requests.Session, request: requests.PreparedRequest, **how: object
    ) -> object:
        if request.method in ("PUT", "PATCH", "POST"):
            sent.append(int(request.headers.get("Content-Length") or 0))
        return send(self, request, **how)  # type: ignore[arg-type]

    push: Callable[[], str] = lambda: bench.images.push(  # noqa: E731
        on_base, f"{registry}/team/again:1", "none", False, lambda done, total: None
    )
    push()
    monkeypatch.setattr(requests.Session, "send", counting)
    push()
    assert sum(sent) < 100_000
