"""Images of services for tests: our code, what it needs of this machine's, and a small script."""

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path

import docker
from docker_part import import_base_image
from filelock import FileLock

import facewright
from facewright.containers.oci.archive import read_archive
from facewright.containers.oci.build import Layer, Settings, write_image
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Image, Layout
from facewright.scoring import DataTypes, SampleDefinition, generate_schema

LIB = "opt/facewright/lib"
# What a scoring server imports when its script needs nothing of its own.
NEEDED = (
    *("annotated-doc", "annotated-types", "anyio", "click", "h11", "httptools", "idna"),
    *("markdown-it-py", "mdurl", "numpy", "prometheus-client", "pydantic", "pydantic-core"),
    *("pygments", "pyyaml", "rich", "shellingham", "starlette", "typer", "typing-extensions"),
    *("typing-inspection", "uvicorn"),
)

SCRIPT = """
def init():
    {init}

def run(input_bytes):
    print("scoring", input_bytes[:20])
    {run}
"""


def platform() -> Platform:
    """Return what this machine is, as images name it."""
    import platform as machine

    names = {"x86_64": "amd64", "aarch64": "arm64"}
    return Platform(architecture=names.get(machine.machine(), machine.machine()))


def script(answer: str = "one", *, init: str = "pass", run: str = "") -> str:
    """Return a scoring script that answers its own name and what it was sent."""
    return SCRIPT.format(init=init, run=run or f"return {{'answer': {answer!r}}}")


def service_image(
    layout: Layout,
    text: str,
    *,
    base: Image | None = None,
    lib: Layer | None = None,
) -> Descriptor:
    """Write an image of a service whose script is `text`; return its manifest's descriptor."""
    layers = [lib or lib_layer(layout), Layer(write_layer(_app(text), layout.blobs), "app")]
    settings = Settings(
        command=(
            *("python3", "-m", "facewright", "score", "serve", "score.py"),
            *("--host", "0.0.0.0", "--port", "5001"),  # noqa: S104 - in a container
        ),
        user="65532:65532",
        folder="/app",
        port=5001,
        environment={
            "PYTHONPATH": f"/{LIB}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": "/tmp",  # noqa: S108 - in a container
            "DO_NOT_TRACK": "1",
        },
        labels={"facewright.model": "none"},
    )
    return write_image(layout, layers, settings, platform(), base)


def lib_layer(layout: Layout) -> Layer:
    """Write the layer of libraries, a few megabytes."""
    return Layer(write_layer(_libraries(), layout.blobs), "libraries")


def read_image(layout: Layout, descriptor: Descriptor) -> Image:
    """Return the image for this machine."""
    return layout.image(descriptor, platform())


def _app(text: str) -> Iterator[Entry]:
    def run(input_bytes: str) -> None: ...

    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, "a sample")}
    with tempfile.TemporaryDirectory() as folder:
        generate_schema(run, inputs=inputs, filepath=Path(folder, "schema.json"))
        schema = Path(folder, "schema.json").read_bytes()
    yield Entry.of_bytes("app/score.py", text.encode())
    yield Entry.of_bytes("app/outputs/schema.json", schema)


def _libraries() -> Iterator[Entry]:
    package = Path(facewright.__file__).parent
    for file in sorted(package.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield Entry.of_file(f"{LIB}/facewright/{file.relative_to(package).as_posix()}", file)
    for name in NEEDED:
        for each in distribution(name).files or ():
            file = Path(str(each.locate()))
            parts = each.parts
            if ".." in parts or "__pycache__" in parts or "tests" in parts or not file.is_file():
                continue
            yield Entry.of_file(f"{LIB}/{each.as_posix()}", file)


class Shelf:
    """Images of services in a layout that all workers of a run share.

    Args:
        folder: Of the layout.
        engine: Address of a container engine that has the base image; None for images without.
    """

    def __init__(self, folder: Path, engine: str | None = None) -> None:
        self.layout = Layout(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".shelf"):
            self._lib = Layer(self._kept("lib", self._write_lib), "libraries")
            self._base = None if engine is None else self._read_base(engine)

    def image(self, text: str) -> Image:
        """Return an image whose script is `text`."""
        written = service_image(self.layout, text, base=self._base, lib=self._lib)
        return read_image(self.layout, written)

    def _write_lib(self) -> Descriptor:
        return write_layer(_libraries(), self.layout.blobs)

    def _read_base(self, engine: str) -> Image:
        reference = import_base_image(engine)

        def read() -> Descriptor:
            archive = self.layout.folder / "base.tar"
            with contextlib.closing(docker.APIClient(engine)) as api, archive.open("wb") as file:
                file.writelines(api.get_image(reference))
            found = read_archive(archive, self.layout)
            archive.unlink()
            return found

        return read_image(self.layout, self._kept("base", read))

    def _kept(self, name: str, make: Callable[[], Descriptor]) -> Descriptor:
        """Return what another worker made, or make it."""
        record = self.layout.folder / f"{name}.json"
        if record.exists():
            return Descriptor.from_json(json.loads(record.read_bytes()))
        made = make()
        record.write_text(json.dumps(made.as_json()))
        return made
