"""Images together: versions, deleting, builders that are killed, disks that are full."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from image_project import SCRIPT
from registry_part import registry  # noqa: F401, a fixture

from facewright.containers.oci.base import fetch_base
from facewright.containers.oci.blobs import Blobs
from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.registry import Registry
from facewright.database.database import Database
from facewright.database.tables.management import (
    DeploymentRow,
    EnvironmentRow,
    ImageRow,
    ServiceRow,
)
from facewright.errors import ImageError, InUse, NotFound
from facewright.management.images.images import Images
from facewright.management.images.order import HERE, ImageOrder
from facewright.management.models.models import Models
from facewright.management.records import ImageRecord
from facewright.management.rows import new_id, now

Create = Callable[..., ImageRecord]


def test_two_at_once_are_two_versions_of_one_digest(
    images: Images, manifest: Callable[[], str]
) -> None:
    order = ImageOrder("doors", manifest(), compiled=False)
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


BUILDER = """
import os, sys
from pathlib import Path
from facewright.database.database import open_database
from facewright.management.images.order import ImageOrder
from facewright.management.images.images import Images
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models

data, manifest = Path(sys.argv[1]), sys.argv[2]
for line in sys.stdin:  # a child for each, since starting Python takes longer than building
    child = os.fork()
    if child:
        print(child, flush=True)
        os.waitpid(child, 0)
        continue
    with open_database(f"sqlite:///{data / 'facewright.db'}") as database:
        images = Images(database, Models(database, ModelFiles(data / "store")), data)
        if line == "create\\n":
            images.create(ImageOrder("doors", manifest, compiled=False))
        else:
            image = images.list()[-1]
            images.push(image.id, line.split()[1], "none", False, lambda done, total: None)
    os._exit(0)
"""


@contextmanager
def builder(data: Path, manifest_id: str) -> Iterator[Callable[[str, float], None]]:
    """Yield a function that starts something and kills it after some seconds."""
    with subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(data), manifest_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said, asked = process.stdout, process.stdin

        def start(what: str, seconds: float) -> None:
            asked.write(f"{what}\n")
            asked.flush()
            child = int(said.readline())
            time.sleep(seconds)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

        yield start
        asked.close()


def test_a_lock_that_nobody_holds_is_taken_away(images: Images) -> None:
    folder = images.layout.folder / "building"
    folder.mkdir(parents=True)
    left, held = folder / f"{new_id()}.lock", folder / f"{new_id()}.lock"
    left.touch()
    with FileLock(held):
        assert images.list() == []
        assert list(folder.iterdir()) == [held]


def test_killed_at_any_moment_creating_can_be_repeated(
    images: Images, manifest: Callable[[], str], project: Path, data: Path
) -> None:
    (project / "outputs" / "m.bin").write_bytes(os.urandom(30 << 20))
    manifest_id = manifest()
    chance = random.Random(5)  # noqa: S311 - moments, no secrets
    with builder(data, manifest_id) as start:
        for _ in range(8):
            shutil.rmtree(
                data / "images" / "made", ignore_errors=True
            )  # so that layers are written
            start("create", chance.uniform(0, 0.5))
    made = images.create(ImageOrder("doors", manifest_id, compiled=False))
    states = {each.version: each.state for each in images.list()}
    assert list(states) == list(range(1, made.version + 1))
    assert set(states.values()) <= {"Succeeded", "Failed"}
    for layer in images.contents(made.id).layers:
        images.layout.blobs.check(layer.digest)
    for each in images.list():
        images.delete(each.id)
    assert list((images.layout.blobs.folder / "sha256").iterdir()) == []
    assert list((images.layout.folder / "building").iterdir()) == []


def test_killed_at_any_moment_pushing_can_be_repeated(
    create: Create,
    images: Images,
    project: Path,
    data: Path,
    registry: str,  # noqa: F811
) -> None:
    (project / "outputs" / "m.bin").write_bytes(os.urandom(20 << 20))
    made = create()
    name = f"{registry}/killed/doors:1"
    chance = random.Random(7)  # noqa: S311 - moments, no secrets
    with builder(data, made.manifest_id) as start:
        for _ in range(4):
            start(f"push {name}", chance.uniform(0, 0.8))
            # Nobody sees half an image: there is none yet, or all of it.
            if Registry(Reference.parse(name)).digest():
                fetch_base(name, Platform.parse(HERE), Layout(data / "seen"))
    digest = images.push(made.id, name, "gzip", False, lambda done, total: None)
    fetched = fetch_base(name, Platform.parse(HERE), Layout(data / "fetched"))
    assert fetched.manifest.digest == digest
    images.layout.blobs.check(made.digest or "")
    images.delete(made.id)
    assert list((images.layout.blobs.folder / "sha256").iterdir()) == []


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
        (project / "outputs" / "m.bin").write_bytes(os.urandom(20 << 20))
        images = Images(database, models, small, tmp_path / "wheels")
        order = ImageOrder("doors", manifest(), compiled=False)
        with pytest.raises(ImageError, match="the image cannot be written: No space left"):
            images.create(order)
        (failed,) = images.list()
        assert failed.state == "Failed"
        assert not [each for each in small.rglob("*") if each.name.startswith((".tmp", "tmp"))]
        project.joinpath("outputs", "m.bin").write_bytes(b"smaller")
        assert images.create(replace(order, manifest_id=manifest())).state == "Succeeded"
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_leftovers_of_a_killed_process_go_with_the_next_image(
    create: Create, images: Images
) -> None:
    folder = Blobs(images.layout.folder / "blobs").folder / "sha256"
    create()
    (folder / ".tmpleft").write_bytes(b"half")
    create()
    assert not (folder / ".tmpleft").exists()
