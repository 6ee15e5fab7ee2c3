"""Images are built from manifests without an engine: the same inputs, the same bytes."""

import io
import json
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from image_project import SCHEMA, SCRIPT
from own_port import own_port
from registry_part import registry  # noqa: F401, one is a fixture

from facewright.containers.oci import reference
from facewright.containers.oci.build import Layer, Settings, write_image
from facewright.containers.oci.descriptor import Platform
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.registry import Registry
from facewright.errors import (
    DependenciesError,
    ImageError,
    ManagementError,
)
from facewright.management.images.images import Images
from facewright.management.images.order import HERE, slim_python
from facewright.management.models.models import Models
from facewright.management.records import ImageRecord

Create = Callable[..., ImageRecord]


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
    made = create(compiled=True)
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


def test_a_base_may_be_the_folder_of_a_layout(create: Create, tmp_path: Path) -> None:
    named = base_layout(tmp_path / "base", "PYTHON_VERSION=3.11.9")
    folder = named.removeprefix("oci:")
    assert create(base=folder).digest == create(base=named).digest


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
    (file,) = max(models.list(), key=lambda model: model.version).files
    kept = models.files.path(file.digest)
    kept.write_bytes(b"other")
    with pytest.raises(ManagementError, match=rf"m\.bin .* is damaged.*{file.digest}"):
        create(manifest_id=manifest_id)
    kept.write_bytes(b"a model")
    assert create(manifest_id=manifest_id).state == "Succeeded"
    assert [each.version for each in images.list()] == [1]  # files are looked at first


def test_a_base_in_a_registry_is_fetched_once(
    create: Create,
    images: Images,
    project: Path,
    tmp_path: Path,
    registry: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base_layout(tmp_path / "base", f"PYTHON_VERSION={sys.version.split()[0]}")
    source, name = Layout(tmp_path / "base"), f"{registry}/team/python:slim"
    Registry(Reference.parse(name)).push(source, source.names()["base"], lambda done, total: None)
    first = create(base=name)
    assert first.base["digest"] == source.names()["base"].digest

    asked: list[str] = []
    fetch = Registry.fetch
    monkeypatch.setattr(Registry, "fetch", lambda *all_: asked.append("") or fetch(*all_))  # type: ignore[func-returns-value]
    (project / "score.py").write_text(SCRIPT + "# changed\n")
    assert create(base=name).base == first.base
    assert asked == []
    newest = create(base=name, newest_base=True)
    assert newest.base == first.base
    assert asked == [""]
    for each in images.list():
        images.delete(each.id)
    assert images.layout.names() == {}
    assert list((images.layout.blobs.folder / "sha256").iterdir()) == []


def test_without_a_network_the_default_base_says_what_else_can_be_done(
    create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "_PUBLIC", f"127.0.0.1:{own_port()}")
    with pytest.raises(ImageError, match="the registry does not answer: 127") as caught:
        create(base=slim_python("3.11"))
    assert "`docker save` or oci:FOLDER" in str(caught.value.hint)
