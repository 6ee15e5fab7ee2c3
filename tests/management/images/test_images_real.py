"""Images with real packages: in a real registry, on a real Docker Engine, and for another machine.

Packages come from wherever pip finds them on this machine.
"""

import contextlib
import gc
import struct
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from arm64_part import run_arm64
from docker_part import import_base_image, shared_engine
from engine_containers import client, leftovers, post, pull, running, said_by
from registry_part import registry  # noqa: F401, a fixture

from facewright.containers.oci.base import fetch_base
from facewright.containers.oci.build import Layer, Settings, write_image
from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.registry import Registry
from facewright.database.database import open_database
from facewright.errors import DependenciesError, EngineError, EngineUnreachable
from facewright.management.images.images import Images
from facewright.management.images.order import ImageOrder
from facewright.management.images.program import APP, LIBRARIES
from facewright.management.images.push import push_image
from facewright.management.manifests.manifests import Manifests
from facewright.management.manifests.order import ManifestOrder
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models
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
def base_archive(docker_host: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return Debian's Python as an engine saves it."""
    archive = tmp_path_factory.mktemp("base") / "base.tar"
    reference = import_base_image(docker_host)
    with contextlib.closing(client(docker_host)) as api, archive.open("wb") as file:
        file.writelines(api.get_image(reference))
    return archive


@pytest.fixture(scope="module")
def on_base(bench: Bench, base_archive: Path) -> str:
    """Return the id of an image on Debian's Python."""
    order = ImageOrder("doors", bench.manifest_id, ("linux/amd64",), str(base_archive))
    return bench.images.create(order).id


def shared_objects(layout: Layout, image: Image) -> Iterator[tuple[str, int]]:
    """Yield each compiled file of our layers, and the machine it is for (ELF's e_machine)."""
    for layer in image.layers:
        with tarfile.open(layout.blobs.path(layer.digest)) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and (start := content.read(20))[:4] == b"\x7fELF":
                    yield member.name, struct.unpack("<H", start[18:20])[0]


@pytest.fixture(scope="module")
def both(bench: Bench) -> str:
    """Return the id of an image for two platforms."""
    order = ImageOrder("both", bench.manifest_id, ("linux/amd64", "linux/arm64"))
    return bench.images.create(order).id


def test_each_platform_has_binaries_of_its_own(bench: Bench, both: str) -> None:
    for platform, machine in (("linux/amd64", _X86_64), ("linux/arm64", _AARCH64)):
        held = bench.images.contents(both, platform)
        found = dict(shared_objects(bench.images.layout, held))
        assert any("onnxruntime" in name for name in found)
        assert set(found.values()) == {machine}


RECOGNISE = """
import base64, json, platform, sys
sys.path.insert(0, ".")
import score
score.init()
with open(sys.argv[1], "rb") as photo:
    answer = score.run(input_bytes=base64.b64encode(photo.read()).decode())
print(platform.machine(), json.loads(answer)["name"])
"""


def test_the_variant_for_arm_names_a_face(
    bench: Bench, both: str, one_face: Path, tmp_path: Path
) -> None:
    for layer in bench.images.contents(both, "linux/arm64").layers:
        with tarfile.open(bench.images.layout.blobs.path(layer.digest)) as archive:
            archive.extractall(tmp_path / "tree", filter="data")
    said = run_arm64(
        RECOGNISE,
        str(one_face),
        libraries=tmp_path / "tree" / LIBRARIES,
        folder=tmp_path / "tree" / APP,
        root=tmp_path / "debian",
    )
    assert said == "aarch64 ada\n"


def test_what_no_service_opens_is_left_out(bench: Bench) -> None:
    made = bench.images.create(ImageOrder("small", bench.manifest_id, ("linux/amd64",)))
    held = bench.images.contents(made.id)
    assert "opencv_python_headless" in held.labels["facewright.left-out"]
    with tarfile.open(bench.images.layout.blobs.path(held.layers[0].digest)) as archive:
        names = archive.getnames()
    assert not [name for name in names if "/cv2/" in name or "landmarks_68" in name]
    assert [name for name in names if name.endswith("shape_predictor_5_face_landmarks.dat")]
    assert not [name for name in names if "/tests/test_" in name or name.endswith(".pyc")]
    for heavy in ("tensorflow", "keras", "matplotlib", "pip", "setuptools", "pytest", "tests"):
        assert f"opt/facewright/lib/{heavy}" not in names
    assert made.size < 450e6


def test_a_registry_gives_back_what_it_was_given_and_docker_names_a_face(
    bench: Bench,
    on_base: str,
    docker_host: str,
    registry: str,  # noqa: F811
    one_face: Path,
    tmp_path: Path,
) -> None:
    name = f"{registry}/team/doors:1"
    digest = bench.images.push(on_base, name, "none", False, lambda done, total: None)
    image = bench.images.show(on_base)
    assert (digest, name) == (image.digest, image.location)
    fetched = Layout(tmp_path / "fetched")
    pulled = Registry(Reference.parse(name)).fetch(
        fetched, lambda entry: True, lambda done, total: None
    )
    assert pulled.digest == digest
    pull(docker_host, name)
    with contextlib.closing(client(docker_host)) as api:
        config = api.inspect_image(name)["Config"]
    assert config["User"] == "65532:65532"
    assert {"facewright.schema", "facewright.contract"} <= set(config["Labels"])
    with running(docker_host, name, config["Cmd"]) as address:
        assert post(address, one_face)["name"] == "ada"


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_docker_reads_layers_however_they_travelled(
    docker_host: str,
    base_archive: Path,
    registry: str,  # noqa: F811
    tmp_path: Path,
    compression: str,
) -> None:
    layout = Layout(tmp_path / "layout")
    base = fetch_base(str(base_archive), AMD64, layout)
    ours = Layer(write_layer([Entry.of_bytes("app/x", b"arrived")], layout.blobs), "")
    settings = Settings(("cat", "/app/x"), "65532:65532", "/", 1)
    image = write_image(layout, [ours], settings, AMD64, base)
    name = f"{registry}/team/packed:{compression}"
    digest = push_image(
        layout,
        image,
        Reference.parse(name),
        compression=compression,
        plain_http=False,
        hear=lambda done, total: None,
    )
    assert digest != image.digest
    pull(docker_host, name)
    assert said_by(docker_host, name) == "arrived"


STEPS = """
# what people add
ARG place=/etc/doors
RUN mkdir $place \\
    && echo open > $place/state
ENV DOORS=two
LABEL com.example.doors=two
"""


@pytest.fixture
def engine_is_ours(docker_host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker_host)


@pytest.mark.usefixtures("engine_is_ours")
def test_extra_steps_run_on_top_and_change_nothing_else(
    bench: Bench, on_base: str, docker_host: str, tmp_path: Path
) -> None:
    (tmp_path / "steps").write_text(STEPS)
    below = bench.images.contents(on_base)
    order = ImageOrder("stepped", bench.manifest_id, base=base_of(bench, on_base))
    heard: list[str] = []
    made = bench.images.create(replace(order, steps=tmp_path / "steps"), heard.append)
    held = bench.images.contents(made.id)
    shared = [layer.digest for layer in below.layers]
    assert [layer.digest for layer in held.layers][: len(shared)] == shared
    config, before = held.config["config"], below.config["config"]
    assert (config["User"], config["Cmd"], config["WorkingDir"]) == (
        before["User"], before["Cmd"], before["WorkingDir"],
    )  # fmt: skip
    more = {"com.example.doors": "two", "org.opencontainers.image.title": "stepped"}
    assert held.labels == below.labels | more
    added = [each for each in config["Env"] if each not in before["Env"]]
    # An engine sets a PATH where the base has none.
    assert [each for each in added if not each.startswith("PATH=")] == ["DOORS=two"]
    assert any("mkdir" in line for line in heard)
    assert bench.images.bill_of_materials(held)["components"]
    archive = tmp_path / "image.tar"
    name = bench.images.export(made.id, archive, "docker")
    with contextlib.closing(client(docker_host)) as api, archive.open("rb") as file:
        list(api.load_image(file))
        assert not leftovers(api)
    assert said_by(docker_host, name, "cat", "/etc/doors/state") == "open"


@pytest.mark.usefixtures("engine_is_ours")
def test_an_extra_step_that_fails_is_told_with_its_last_lines(
    bench: Bench, on_base: str, docker_host: str, tmp_path: Path
) -> None:
    (tmp_path / "steps").write_text("RUN echo first\nRUN echo no key for the door >&2; exit 3\n")
    order = ImageOrder("failing", bench.manifest_id, base=base_of(bench, on_base))
    with pytest.raises(EngineError, match="returned a non-zero code: 3") as caught:
        bench.images.create(replace(order, steps=tmp_path / "steps"))
    assert caught.value.message.endswith("its last lines:\n  first\n  no key for the door")
    (failed,) = [each for each in bench.images.list() if each.name == "failing"]
    assert failed.state == "Failed"
    assert str(failed.error).endswith("no key for the door")
    with contextlib.closing(client(docker_host)) as api:
        assert not leftovers(api)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_extra_steps_without_an_engine_are_told(
    bench: Bench, on_base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    (tmp_path / "steps").write_text("RUN true\n")
    order = ImageOrder("nobody", bench.manifest_id, base=base_of(bench, on_base))
    with pytest.raises(EngineUnreachable, match="no container engine answers"):
        bench.images.create(replace(order, steps=tmp_path / "steps"))
    gc.collect()  # Docker's library leaves a socket open when nobody listens


def base_of(bench: Bench, image_id: str) -> str:
    return str(bench.images.show(image_id).base["name"])


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
