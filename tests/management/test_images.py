"""Images are built from manifests without an engine: the same inputs, the same bytes."""

import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from package_index import make_index

from facewright.containers.oci.blobs import Blobs
from facewright.containers.oci.build import Layer, Settings, write_image
from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Layout
from facewright.database.database import Database, open_database
from facewright.database.tables.management import (
    DeploymentRow,
    EnvironmentRow,
    ImageRow,
    ServiceRow,
)
from facewright.errors import (
    DependenciesError,
    ImageError,
    InUse,
    ManagementError,
    NotFound,
)
from facewright.management.image_scan import scan_image
from facewright.management.images import HERE, ImageOrder, Images
from facewright.management.manifest_order import ManifestOrder
from facewright.management.manifests import Manifests
from facewright.management.model_files import ModelFiles
from facewright.management.models import Models
from facewright.management.records import ImageRecord
from facewright.management.rows import new_id, now

SCRIPT = "def init(): open('outputs/m.bin')\ndef run(input_bytes): return input_bytes\n"
SCHEMA = {
    "format": 1,
    "input": {
        "input_bytes": {"internal": {"kind": "standard", "python": "str"}, "swagger": {}, "type": 0}
    },
}
Create = Callable[..., ImageRecord]


@pytest.fixture(scope="session")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("index"))


@pytest.fixture(autouse=True)
def _index(_wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(_wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with a script, a schema and a model."""
    folder = tmp_path / "project"
    (folder / "outputs").mkdir(parents=True)
    (folder / "score.py").write_text(SCRIPT)
    (folder / "outputs" / "schema.json").write_text(json.dumps(SCHEMA))
    (folder / "outputs" / "m.bin").write_bytes(b"a model")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the data folder."""
    return tmp_path / "data"


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    """Return an empty database."""
    with open_database(f"sqlite:///{data / 'facewright.db'}") as database:
        yield database


@pytest.fixture
def models(database: Database, data: Path) -> Models:
    """Return an empty collection."""
    return Models(database, ModelFiles(data / "store"))


@pytest.fixture
def images(database: Database, models: Models, data: Path) -> Images:
    """Return an empty collection."""
    return Images(database, models, data)


@pytest.fixture
def manifest(database: Database, models: Models, project: Path, data: Path) -> Callable[[], str]:
    """Return a function that makes a manifest of the project as it is now."""
    manifests = Manifests(database, models, data / "wheels")

    def made() -> str:
        order = ManifestOrder(
            "doors",
            project,
            "score.py",
            schema="outputs/schema.json",
            model_files=("outputs/m.bin",),
        )
        return manifests.create(order, lambda line: None, lambda line: None).id

    return made


@pytest.fixture
def create(images: Images, manifest: Callable[[], str]) -> Create:
    """Return a function that makes an image, of a new manifest unless one is named."""

    def made(**changes: object) -> ImageRecord:
        order = ImageOrder("doors", str(changes.pop("manifest_id", None) or manifest()))
        return images.create(replace(order, **changes))  # type: ignore[arg-type]

    return made


def names_in(images: Images, digest: str) -> list[str]:
    with tarfile.open(images.layout.blobs.path(digest)) as archive:
        return archive.getnames()


def base_layout(folder: Path, *variables: str, machine: str = "amd64", files: str = "etc/x") -> str:
    layout = Layout(folder)
    layer = Layer(write_layer([Entry.of_bytes(files, b"")], layout.blobs), "")
    environment = dict(each.split("=") for each in variables)
    settings = Settings(("sh",), "0:0", "/", 1, environment)
    platform = Platform(architecture=machine)
    layout.name(write_image(layout, [layer], settings, platform, None), "base")
    return f"oci:{folder}"


def test_an_image_is_packages_code_model_and_script_in_layers_of_their_own(
    create: Create, images: Images
) -> None:
    made = create()
    assert (made.version, made.state, made.platforms) == (1, "Succeeded", (HERE,))
    held = images.contents(made.id)
    packages, own, model, app = (names_in(images, layer.digest) for layer in held.layers)
    assert "opt/facewright/lib/numpy/__init__.py" in packages
    assert "opt/facewright/lib/facewright/errors.py" in own
    assert any(name.endswith(".pyc") for name in own)
    assert model == ["app", "app/outputs", "app/outputs/m.bin"]
    assert {"app/score.py", "app/outputs/schema.json"} <= set(app)
    assert made.size == sum(layer.size for layer in held.layers)


def test_a_container_is_nobody_and_says_what_it_serves(create: Create, images: Images) -> None:
    held = images.contents(create().id)
    settings = held.config["config"]
    assert settings["User"] == "65532:65532"
    assert settings["WorkingDir"] == "/app"
    assert settings["ExposedPorts"] == {"5001/tcp": {}}
    command = "python3 -m facewright score serve score.py --host 0.0.0.0 --port 5001"
    assert " ".join(settings["Cmd"]) == f"{command} --schema outputs/schema.json"
    variables = dict(each.split("=", 1) for each in settings["Env"])
    assert variables["PYTHONPATH"] == "/opt/facewright/lib"
    assert variables["DO_NOT_TRACK"] == variables["ORT_DISABLE_TELEMETRY"] == "1"
    assert json.loads(held.labels["facewright.schema"]) == SCHEMA
    assert json.loads(held.labels["facewright.model"])[0]["name"] == "m.bin"


def test_the_same_inputs_make_the_same_digest(create: Create, images: Images) -> None:
    first, second = create(), create()
    assert (first.version, second.version) == (1, 2)
    assert first.digest == second.digest
    assert first.manifest_id != second.manifest_id


def test_a_changed_script_changes_the_last_layer_alone(
    create: Create, images: Images, project: Path
) -> None:
    before = images.contents(create().id).layers
    (project / "score.py").write_text(SCRIPT + "# changed\n")
    after = images.contents(create().id).layers
    assert before[:-1] == after[:-1]
    assert before[-1] != after[-1]


def test_two_platforms_make_an_index(create: Create, images: Images) -> None:
    made = create(platforms=("linux/amd64", "linux/arm64"))
    for platform in made.platforms:
        assert str(images.contents(made.id, platform).platform) == platform
    document = images.layout.document(images.descriptor(made))
    assert [each["platform"]["architecture"] for each in document["manifests"]] == [
        "amd64",
        "arm64",
    ]
    # What was locked for the second is remembered.
    assert create(manifest_id=made.manifest_id, platforms=made.platforms).digest == made.digest


def test_a_base_lies_below_and_is_remembered_by_digest(
    create: Create, images: Images, tmp_path: Path
) -> None:
    base = base_layout(tmp_path / "base", f"PYTHON_VERSION={sys.version.split()[0]}", "LANG=C")
    made = create(base=base, platforms=("linux/amd64",))
    below = Layout(tmp_path / "base").names()["base"]
    assert made.base["name"] == base
    assert made.base["digest"] == below.digest
    held = images.contents(made.id)
    assert len(held.layers) == 5
    assert "LANG=C" in held.config["config"]["Env"]


def test_the_python_of_a_base_is_seen_in_its_layers(create: Create, tmp_path: Path) -> None:
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    base = base_layout(tmp_path / "base", files=f"usr/bin/python{minor}")
    assert create(base=base, platforms=("linux/amd64",)).state == "Succeeded"


@pytest.mark.parametrize(
    ("variables", "machine", "error", "words"),
    [
        ((), "amd64", ImageError, "does not say which Python"),
        (("PYTHON_VERSION=3.10.1",), "amd64", DependenciesError, "has Python 3.10"),
        (("PYTHON_VERSION=3.11.1",), "arm64", ImageError, "no image for linux/amd64"),
    ],
)
def test_a_base_that_does_not_fit_is_refused_and_the_reason_kept(
    create: Create,
    images: Images,
    tmp_path: Path,
    variables: tuple[str, ...],
    machine: str,
    error: type[Exception],
    words: str,
) -> None:
    base = base_layout(tmp_path / "base", *variables, machine=machine)
    with pytest.raises(error, match=words):
        create(base=base, platforms=("linux/amd64",))
    (failed,) = images.list()
    assert failed.state == "Failed"
    assert words in str(failed.error)
    with pytest.raises(ImageError, match="cannot be used"):
        images.contents(failed.id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"manifest_id": "nothing"}, "there is no manifest 'nothing'"),
        ({"name": "no name"}, "not a name for an image"),
        ({"platforms": ("linux",)}, "not a platform"),
        ({"platforms": ("windows/amd64",)}, "no images can be made for windows/amd64"),
        ({"platforms": ("linux/s390x",)}, "no images can be made for linux/s390x"),
        ({"platforms": ()}, "at least one platform"),
        ({"base": "/nowhere/base.tar"}, "not an archive of an image"),
        ({"base": "oci:/nowhere"}, "not an image layout"),
        ({"base": "Not A Name"}, "not the name of an image"),
    ],
)
def test_what_cannot_be_built_is_refused(
    create: Create, changes: dict[str, object], words: str
) -> None:
    with pytest.raises((ImageError, ManagementError), match=words):
        create(**changes)


def test_a_base_from_a_hostile_archive_is_refused(create: Create, tmp_path: Path) -> None:
    path = tmp_path / "base.tar"
    with tarfile.open(path, "w") as archive:
        for name, link in (("../../outside", "/etc/passwd"), ("manifest.json", "/etc/passwd")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, link
            archive.addfile(info)
        info = tarfile.TarInfo("/absolute")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"x"))
    with pytest.raises(ImageError, match="not an archive of an image"):
        create(base=str(path))
    assert not (tmp_path.parent / "outside").exists()


def test_a_damaged_model_or_wheel_is_named(
    create: Create, images: Images, manifest: Callable[[], str], models: Models
) -> None:
    manifest_id = manifest()
    (file,) = models.list()[0].files
    kept = models.files.path(file.digest)
    kept.write_bytes(b"other")
    with pytest.raises(ManagementError, match=rf"m\.bin .* is damaged.*{file.digest}"):
        create(manifest_id=manifest_id)
    kept.write_bytes(b"a model")
    assert create(manifest_id=manifest_id).state == "Succeeded"
    assert [each.version for each in images.list()] == [1]  # files are looked at first


def test_two_at_once_are_two_versions_of_one_digest(
    images: Images, manifest: Callable[[], str]
) -> None:
    order = ImageOrder("doors", manifest())
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: images.create(order), range(4)))
    assert sorted(each.version for each in made) == [1, 2, 3, 4]
    assert len({each.digest for each in made}) == 1


def test_deleting_keeps_what_others_need(create: Create, images: Images, project: Path) -> None:
    first = create()
    (project / "score.py").write_text(SCRIPT + "# changed\n")
    second = create()
    assert images.delete(first.id) > 0
    for layer in images.contents(second.id).layers:
        images.layout.blobs.check(layer.digest)
    assert images.bill_of_materials(images.contents(second.id))
    images.delete(second.id)
    assert images.layout.names() == {}
    assert list((images.layout.blobs.folder / "sha256").iterdir()) == []
    with pytest.raises(NotFound):
        images.delete(second.id)


def test_an_equal_image_keeps_its_bill_of_materials(create: Create, images: Images) -> None:
    first, second = create(), create()
    images.delete(first.id)
    assert images.bill_of_materials(images.contents(second.id))["components"]


def test_an_image_in_use_is_not_deleted(create: Create, images: Images, database: Database) -> None:
    old, new = create(), create()
    environment = EnvironmentRow(
        id=new_id(), name="here", engine="process", state="Succeeded", details={}, current=True,
        mode="local", created=now(),
    )  # fmt: skip
    service = ServiceRow(
        id="front", name="front", environment_id=environment.id, image_id=new.id, settings={},
        state="Running", created=now(), updated=now(),
    )  # fmt: skip
    with database.write() as session:
        session.add(environment)
        session.flush()
        session.add(service)
        session.flush()
        deployment = DeploymentRow(
            id=new_id(), service_id="front", image_id=old.id, status="Succeeded", created=now(),
            expired=now(),
        )  # fmt: skip
        session.add(deployment)
    for image in (old, new):  # what it runs, and what it may go back to
        with pytest.raises(InUse, match=r"in use by the service front \(front\)"):
            images.delete(image.id)
    assert len(images.list()) == 2


def test_an_image_whose_builder_died_says_so(
    images: Images, manifest: Callable[[], str], database: Database
) -> None:
    row = ImageRow(
        id=new_id(), name="doors", version=1, manifest_id=manifest(), description="", size=0,
        platforms=[HERE], base={}, state="Running", created=now(),
    )  # fmt: skip
    with database.write() as session:
        session.add(row)
    (found,) = images.list()
    assert found.state == "Failed"
    assert found.error == "the process that built it ended before it was done"


BUILD = """
import sys
from pathlib import Path
from facewright.database.database import open_database
from facewright.management.images import ImageOrder, Images
from facewright.management.model_files import ModelFiles
from facewright.management.models import Models
data = Path(sys.argv[1])
with open_database(f"sqlite:///{data / 'facewright.db'}") as database:
    images = Images(database, Models(database, ModelFiles(data / "store")), data)
    print("go", flush=True)
    print(images.create(ImageOrder("doors", sys.argv[2])).digest)
"""


def test_killed_at_any_moment_the_command_can_be_repeated(
    images: Images, manifest: Callable[[], str], project: Path, data: Path
) -> None:
    (project / "outputs" / "m.bin").write_bytes(os.urandom(30 << 20))
    manifest_id = manifest()
    chance = random.Random(5)  # noqa: S311 - moments, no secrets
    for _ in range(8):
        shutil.rmtree(data / "images" / "made", ignore_errors=True)  # so that layers are written
        with subprocess.Popen(
            [sys.executable, "-c", BUILD, str(data), manifest_id], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "go\n"
            time.sleep(chance.uniform(0, 0.6))
            process.kill()
    made = images.create(ImageOrder("doors", manifest_id))
    states = {each.version: each.state for each in images.list()}
    assert list(states) == list(range(1, made.version + 1))
    assert set(states.values()) <= {"Succeeded", "Failed"}
    for layer in images.contents(made.id).layers:
        images.layout.blobs.check(layer.digest)
    for each in images.list():
        images.delete(each.id)
    assert list((images.layout.blobs.folder / "sha256").iterdir()) == []
    assert list((images.layout.folder / "building").iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing_half_made(
    database: Database, models: Models, manifest: Callable[[], str], project: Path, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no small disk can be made here: mounting needs root")
    try:
        (project / "outputs" / "m.bin").write_bytes(os.urandom(30 << 20))
        images = Images(database, models, small, tmp_path / "wheels")
        order = ImageOrder("doors", manifest())
        with pytest.raises(ImageError, match="the image cannot be written: No space left"):
            images.create(order)
        (failed,) = images.list()
        assert failed.state == "Failed"
        assert not [each for each in small.rglob("*") if each.name.startswith((".tmp", "tmp"))]
        project.joinpath("outputs", "m.bin").write_bytes(b"smaller")
        assert images.create(replace(order, manifest_id=manifest())).state == "Succeeded"
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("place", ["layout", "layout.tar"])
def test_an_exported_image_is_the_same_elsewhere(
    create: Create, images: Images, tmp_path: Path, place: str
) -> None:
    from facewright.containers.oci.base import fetch_base

    made = create(platforms=("linux/amd64",))
    images.export(made.id, tmp_path / place, "oci")
    named = str(tmp_path / place) if place.endswith(".tar") else f"oci:{tmp_path / place}:doors:1"
    found = fetch_base(named, Platform(), Layout(tmp_path / "other"))
    assert found.manifest.digest == made.digest


def test_an_image_without_a_base_is_not_exported_for_docker(
    create: Create, images: Images, tmp_path: Path
) -> None:
    with pytest.raises(ImageError, match="it has no base image"):
        images.export(create().id, tmp_path / "image.tar", "docker")
    assert not (tmp_path / "image.tar").exists()


def test_nothing_is_exported_over_other_files(
    create: Create, images: Images, tmp_path: Path, project: Path
) -> None:
    with pytest.raises(ImageError, match="is not empty and no image layout"):
        images.export(create().id, project, "oci")


def test_the_bill_of_materials_names_everything_and_follows_its_schema(
    create: Create, images: Images
) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    made = create()
    bill = images.bill_of_materials(images.contents(made.id))
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    assert problem is None, problem
    found = {each["name"]: each for each in bill["components"]}
    assert {"numpy", "facewright", "m.bin", "score.py"} <= set(found)
    assert found["numpy"]["purl"].startswith("pkg:pypi/numpy@")
    assert bill["metadata"]["component"]["version"] == made.digest


def test_a_scan_finds_what_should_not_be_there(
    create: Create, images: Images, project: Path
) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\n"
    (project / "score.py").write_text(f"KEY = '''{key}'''\n{SCRIPT}")
    made = create()
    held = images.contents(made.id)
    found = scan_image(images.layout, held, images.bill_of_materials(held))
    assert {"kind": "secret", "what": "holds what looks like a key", "where": "/app/score.py"} in (
        found
    )
    assert [each["what"] for each in found if each["kind"] == "model"][0].startswith("m.bin")


def test_leftovers_of_a_killed_process_go_with_the_next_image(
    create: Create, images: Images
) -> None:
    folder = Blobs(images.layout.folder / "blobs").folder / "sha256"
    create()
    (folder / ".tmpleft").write_bytes(b"half")
    create()
    assert not (folder / ".tmpleft").exists()
