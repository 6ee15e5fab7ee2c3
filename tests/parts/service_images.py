"""Images of services for tests: our code, what it needs of this machine's, and a small script."""

from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import facewright
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
    layers = [lib or lib_layer(layout), Layer(write_layer(_app(layout, text), layout.blobs), "app")]
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


def _app(layout: Layout, text: str) -> Iterator[Entry]:
    def run(input_bytes: str) -> None: ...

    schema = layout.folder / "schema.json"
    layout.folder.mkdir(parents=True, exist_ok=True)
    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, "a sample")}
    generate_schema(run, inputs=inputs, filepath=schema)
    yield Entry.of_bytes("app/score.py", text.encode())
    yield Entry.of_bytes("app/outputs/schema.json", schema.read_bytes())


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
