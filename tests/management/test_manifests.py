"""Manifests are checked, locked and kept, with a real pip and an index of our own."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from package_index import make_index, put_wheel

from facewright.database.database import Database, open_database
from facewright.database.tables.management import ImageRow
from facewright.errors import (
    DependenciesError,
    FacewrightError,
    InUse,
    ManagementError,
    NotFound,
    SchemaError,
)
from facewright.management.manifests.lock import Locks, wheels_in
from facewright.management.manifests.manifests import Manifests
from facewright.management.manifests.order import ManifestOrder
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models
from facewright.management.records import Manifest
from facewright.management.rows import new_id, now

SCRIPT = "def init(): open('outputs/m.bin')\ndef run(input_bytes): return input_bytes\n"
SCHEMA = {
    "format": 1,
    "input": {
        "input_bytes": {"internal": {"kind": "standard", "python": "str"}, "swagger": {}, "type": 0}
    },
}
Create = Callable[..., Manifest]


@pytest.fixture(scope="session")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("index"))


@pytest.fixture(autouse=True)
def index(_wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder where pip finds packages besides those that Facewright asks for."""
    more = tmp_path / "more"
    more.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", f"{_wheels} {more}")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return more


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
def order(project: Path) -> ManifestOrder:
    """Return an order that can be carried out."""
    return ManifestOrder("doors", project, "score.py", schema="outputs/schema.json")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return an empty database."""
    with open_database(f"sqlite:///{tmp_path / 'records.db'}") as database:
        yield database


@pytest.fixture
def models(database: Database, tmp_path: Path) -> Models:
    """Return an empty collection."""
    return Models(database, ModelFiles(tmp_path / "store"))


@pytest.fixture
def manifests(database: Database, models: Models, tmp_path: Path) -> Manifests:
    """Return an empty collection."""
    return Manifests(database, models, tmp_path / "wheels")


@pytest.fixture
def told() -> list[str]:
    """Return what `create` tells."""
    return []


@pytest.fixture
def create(manifests: Manifests, order: ManifestOrder, told: list[str]) -> Create:
    """Return a function that carries out the order, with changes."""

    def made(**changes: object) -> Manifest:
        changed = replace(order, **changes)  # type: ignore[arg-type]
        return manifests.create(changed, lambda line: None, told.append)

    return made


def test_a_manifest_keeps_files_models_and_locked_packages(
    create: Create, manifests: Manifests, project: Path, told: list[str]
) -> None:
    (project / "helper.py").write_text("")
    made = create(model_files=("outputs/m.bin",), extras=("helper.py",))
    assert manifests.show(made.id) == made == manifests.list()[0]
    assert (made.version, made.driver, made.runtime) == (1, "score.py", "python")
    assert [file.path for file in made.files] == ["score.py", "outputs/schema.json", "helper.py"]
    assert [placed.place for placed in made.models] == ["outputs/m.bin"]
    assert (made.schema, made.schema_file) == (SCHEMA, "outputs/schema.json")
    wheels = {wheel["name"]: wheel for wheel in made.lock["linux/amd64"]}
    assert {"facewright", "numpy", "onnxruntime", "starlette"} <= set(wheels)
    assert "tensorflow" not in str(wheels)
    store = manifests.models.files
    assert all(store.has(wheel["digest"]) for wheel in wheels.values())
    assert all(store.path(file.digest).is_file() for file in made.files)
    assert [model.name for model in manifests.models.list()] == ["m.bin"]
    assert not [line for line in told if "provides" in line]


def test_versions_count_up_by_name(create: Create, told: list[str]) -> None:
    assert [create().version, create().version, create(name="other").version] == [1, 2, 1]
    assert told.count("No model information provided, skipping model creation") == 3


def test_a_model_lies_where_the_script_looks(
    create: Create, manifests: Manifests, project: Path, tmp_path: Path
) -> None:
    from facewright.management.models.models import Described
    from facewright.management.models.sources import find_source

    elsewhere = tmp_path / "m.bin"
    elsewhere.write_bytes(b"another")
    model = manifests.models.register(find_source(elsewhere, 1000), Described("faces"))
    assert model.place == "m.bin"
    made = create(models=("faces",), extras=("outputs",))
    assert [(each.model, each.place) for each in made.models] == [(model.id, "outputs/m.bin")]
    # The file of that name in the folder is another one, and must not lie there too.
    assert "outputs/m.bin" not in [file.path for file in made.files]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"name": "no spaces"}, ManagementError, "not a name for a manifest"),
        ({"runtime": "spark-py"}, ManagementError, "'spark-py' is not run: expected python"),
        ({"runtime": "python3"}, ManagementError, "'python3' is not run: expected python"),
        ({"driver": "none.py"}, ManagementError, "the scoring script is not there"),
        ({"driver": "outputs/schema.json"}, ManagementError, "not a scoring script"),
        ({"driver": "../score.py"}, ManagementError, "the scoring script lies elsewhere"),
        ({"schema": "/etc/passwd"}, ManagementError, "the schema lies elsewhere"),
        ({"schema": "none.json"}, ManagementError, "the schema is not there"),
        ({"schema": "score.py"}, SchemaError, "is not JSON"),
        ({"models": ("0" * 32,)}, NotFound, "there is no model"),
        ({"model_files": ("none.bin",)}, ManagementError, "no such file or folder"),
        ({"model_files": ("score.py",)}, ManagementError, "a model would lie where score.py is"),
        ({"model_files": ("outputs",)}, ManagementError, "lie where outputs/schema.json is"),
        ({"conda_file": "a.yml", "pip_file": "b.txt"}, ManagementError, "received both"),
        ({"conda_file": "none.yml"}, ManagementError, "the dependency file is not there"),
        ({"extras": ("..",)}, ManagementError, "a dependency lies elsewhere"),
        ({"description": "\x1b[31m"}, ManagementError, "not a description"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    create: Create,
    manifests: Manifests,
    changes: dict[str, object],
    error: type[FacewrightError],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        create(**changes)
    assert manifests.list() == []
    assert manifests.models.list() == []
    assert not manifests.models.files.folder.exists()


def test_modules_that_were_not_given_are_named(create: Create, project: Path) -> None:
    (project / "score.py").write_text(f"import helper\n{SCRIPT}")
    (project / "helper.py").write_text("from lib import deep")
    (project / "lib").mkdir()
    (project / "lib" / "deep.py").write_text("")
    with pytest.raises(ManagementError) as caught:
        create()
    assert caught.value.message == (
        "score.py needs files of its own folder that were not given: "
        "helper.py (imported by score.py), lib/deep.py (imported by helper.py)"
    )
    assert caught.value.hint == "add -d helper.py -d lib"
    made = create(extras=("helper.py", "lib"))
    assert [file.path for file in made.files][2:] == ["helper.py", "lib/deep.py"]


def test_packages_that_nothing_brings_are_named(
    create: Create, project: Path, index: Path, told: list[str]
) -> None:
    put_wheel(index, "shapes")
    (project / "score.py").write_text(f"import shapes, numpy, pytest\n{SCRIPT}")
    (project / "needs.txt").write_text("shapes  # circles\n\n# pytest\n")
    create(pip_file="needs.txt")
    assert [line for line in told if "imports" in line] == [
        "score.py imports pytest, which none of the packages brings: add pytest to needs.txt"
    ]


def test_the_project_says_what_serving_needs(create: Create, project: Path) -> None:
    config = project / "config"
    config.mkdir()
    text = "dependencies: [python=3.12, pip: [{}]]\n"
    (config / "serving.yml").write_text(text.format("'facewright[serve]'"))
    (config / "dependencies.yml").write_text(text.format("nothing-has-this"))
    made = create()
    assert made.requirements == {
        "python": "3.12",
        "pip": ["facewright[serve]"],
        "lines": ["facewright[serve]"],
        "file": "config/serving.yml",
    }
    (project / "outputs" / "m.h5").write_bytes(b"not HDF5, and not opened before the packages")
    with pytest.raises(FacewrightError):
        create(model_files=("outputs/m.h5",))


def test_a_model_and_its_packages_that_do_not_fit_are_remarked(
    create: Create, project: Path, index: Path, told: list[str]
) -> None:
    (project / "outputs" / "m.keras").write_bytes(b"a model")
    create(model_files=("outputs/m.keras",))
    assert told[-2] == (
        "outputs/m.keras is a Keras model, and nothing brings Keras: add facewright[train] to "
        "a dependency file"
    )
    put_wheel(index, "keras")
    (project / "needs.txt").write_text("keras\n")
    create(model_files=("outputs/m.bin",), pip_file="needs.txt")
    assert told[-2] == (
        "needs.txt brings Keras and TensorFlow, which outputs/m.bin does not need: "
        "-c config/serving.yml makes a smaller image"
    )


@pytest.mark.parametrize(
    "line", ["-r more.txt", "--index-url http://x", "numpy --hash=sha256:0", "numpy \\"]
)
def test_options_of_pip_are_refused(create: Create, project: Path, line: str) -> None:
    (project / "needs.txt").write_text(f"{line}\n")
    with pytest.raises(DependenciesError, match="not a requirement in needs.txt"):
        create(pip_file="needs.txt")


def test_what_no_index_has_leaves_nothing(
    create: Create, manifests: Manifests, project: Path
) -> None:
    (project / "needs.txt").write_text("nothing-has-this\n")
    with pytest.raises(DependenciesError, match="no wheel of nothing-has-this"):
        create(pip_file="needs.txt", model_files=("outputs/m.bin",))
    assert (manifests.list(), manifests.models.list()) == ([], [])


def test_the_same_needs_keep_their_lock_without_an_index(
    create: Create,
    project: Path,
    index: Path,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_wheel(index, "shapes", "1.0")
    (project / "needs.txt").write_text("shapes\n")
    first = create(pip_file="needs.txt")
    put_wheel(index, "shapes", "2.0")
    (project / "score.py").write_text(f"# changed\n{SCRIPT}")
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    second = create(pip_file="needs.txt")
    assert second.lock == first.lock
    assert told[-1] == f"Packages: as locked for doors 1, {len(first.lock['linux/amd64'])} wheels"


def test_packages_are_looked_up_anew_when_asked(
    manifests: Manifests, order: ManifestOrder, project: Path, index: Path
) -> None:
    (project / "needs.txt").write_text("shapes\n")
    changed = replace(order, pip_file="needs.txt")
    versions = []
    for version in ("1.0", "2.0"):
        put_wheel(index, "shapes", version)
        made = manifests.create(changed, lambda line: None, lambda text: None, fresh=True)
        lock = made.lock["linux/amd64"]
        versions.append(next(each["version"] for each in lock if each["name"] == "shapes"))
    assert versions == ["1.0", "2.0"]


def test_another_platform_gets_the_same_versions(
    create: Create, models: Models, project: Path, index: Path, tmp_path: Path
) -> None:
    put_wheel(index, "shapes", "1.0", 'arms ; platform_machine == "aarch64"')
    (project / "needs.txt").write_text("shapes\n")
    made = create(pip_file="needs.txt")
    put_wheel(index, "shapes", "2.0")
    put_wheel(index, "arms", "3.0")
    locked = wheels_in(made.lock, "linux/amd64") or ()
    locks = Locks(models.files, tmp_path / "wheels")
    needs = made.requirements
    alike = locks.make_alike(
        locked, needs["lines"], needs["python"], "linux/arm64", lambda line: None
    )
    assert {each for each in alike if each.name != "arms"} == set(locked)
    assert [each.version for each in alike if each.name == "arms"] == ["3.0"]


def test_a_manifest_in_use_stays(create: Create, manifests: Manifests, database: Database) -> None:
    made = create(model_files=("outputs/m.bin",))
    with database.write() as session:
        image = ImageRow(
            id=new_id(), name="doors", version=1, manifest_id=made.id, description="", digest=None,
            size=0, platforms=[], base={}, location=None, state="Succeeded", error=None,
            created=now(),
        )  # fmt: skip
        session.add(image)
    with pytest.raises(InUse, match=f"in use by the image doors 1 \\({image.id}\\)"):
        manifests.delete(made.id)
    with pytest.raises(InUse, match=f"the manifest doors 1 \\({made.id}\\)"):
        manifests.models.delete(manifests.models.list()[0].id)
    assert manifests.show(made.id) == made


def test_deleting_takes_only_what_nobody_else_needs(create: Create, manifests: Manifests) -> None:
    first, second = create(), create(schema=None)
    files = manifests.models.files
    manifests.delete(first.id)
    with pytest.raises(NotFound):
        manifests.show(first.id)
    schema = first.files[1]
    assert not files.has(schema.digest)
    assert all(files.has(wheel["digest"]) for wheel in second.lock["linux/amd64"])
    assert files.has(second.files[0].digest)
    manifests.delete(second.id)
    assert [path for path in files.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("wrong", ["doors", "", "0" * 32, "x" * 3000])
def test_an_unknown_id_is_said_to_be_unknown(manifests: Manifests, wrong: str) -> None:
    for action in (manifests.show, manifests.delete, manifests.lineage):
        with pytest.raises(NotFound, match="there is no manifest"):
            action(wrong)


def test_creations_at_once_take_the_versions_one_after_another(
    create: Create, order: ManifestOrder, tmp_path: Path
) -> None:
    create()

    def again(_: int) -> int:
        with open_database(f"sqlite:///{tmp_path / 'records.db'}") as database:
            models = Models(database, ModelFiles(tmp_path / "store"))
            collection = Manifests(database, models, tmp_path / "wheels")
            return collection.create(order, lambda line: None, lambda text: None).version

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(again, range(12))) == list(range(2, 14))


_PROGRAM = """
import sys
from pathlib import Path
from facewright.database.database import open_database
from facewright.management.manifests.order import ManifestOrder
from facewright.management.manifests.manifests import Manifests
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models

place, folder = Path(sys.argv[1]), Path(sys.argv[2])
with open_database(f"sqlite:///{place / 'records.db'}") as database:
    manifests = Manifests(database, Models(database, ModelFiles(place / "store")), place / "wheels")
    order = ManifestOrder("doors", folder, "score.py", model_files=("outputs/m.bin",))
    print("ready", flush=True)
    print(manifests.create(order, str, str).version)
"""


def test_killed_at_any_moment_it_can_be_repeated(
    manifests: Manifests, project: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path), str(project)]
    moments = random.Random(5)  # noqa: S311 - moments, no secrets
    for number in range(12):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            try:
                # The first ones while packages are looked up, the others while things are kept.
                process.wait(moments.uniform(0, 3 if number < 4 else 0.3))
            except subprocess.TimeoutExpired:
                process.kill()
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found = manifests.list()
    assert ended.stdout == f"ready\n{len(found)}\n"
    assert [each.version for each in found] == list(range(1, len(found) + 1))
    registered = [model.version for model in manifests.models.list()]
    assert registered == list(range(1, len(registered) + 1))
    files = manifests.models.files
    for each in found:
        assert len(each.models) == 1
        assert all(files.has(file.digest) for file in each.files)
        assert all(files.has(wheel["digest"]) for wheel in each.lock["linux/amd64"])
