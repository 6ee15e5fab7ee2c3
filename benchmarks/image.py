"""Measure images: how long building takes, how large they are, how soon a service is ready.

Run ``python benchmarks/image.py my_model.onnx``, a model of the default recipe; pip brings the
packages once. The image has no base, so that what is measured is ours; services are started from
its files, unpacked, by the Python that runs this. The goals are the issue's.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path

from facewright.containers.oci.layout import Image, Layout
from facewright.database.database import open_database
from facewright.management.image_program import APP, LIBRARIES
from facewright.management.images import ImageOrder, Images
from facewright.management.manifest_order import ManifestOrder
from facewright.management.manifests import Manifests
from facewright.management.model_files import ModelFiles
from facewright.management.models import Models
from facewright.projects.template import template_folder

GOAL_FIRST, GOAL_CHANGED, GOAL_READY, GOAL_MB = 6.0, 0.5, 3.0, 450.0
_PORT = 15_001


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model", type=Path, help="A my_model.onnx of the default recipe.")
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="facewright-image-") as place:
        _measure(Path(place), chosen.model, chosen.rounds)


def _measure(place: Path, model: Path, rounds: int) -> None:
    project = _project(place / "project", model)
    with open_database(f"sqlite:///{place / 'records.db'}") as database:
        models = Models(database, ModelFiles(place / "store"))
        manifests = Manifests(database, models, place / "wheels")
        images = Images(database, models, place, place / "wheels")

        def build(**changes: object) -> tuple[float, str]:
            made = manifests.create(_order(project), lambda line: None, lambda line: None)
            order = ImageOrder("bench", made.id, **changes)  # type: ignore[arg-type]
            return _timed(images, order)

        first, image_id = build()
        firsts = [first]
        for _ in range(rounds - 1):
            shutil.rmtree(place / "images")
            firsts.append(build()[0])
        changed = []
        for number in range(rounds):
            with (project / "score.py").open("a") as script:
                script.write(f"# {number}\n")
            seconds, image_id = build()
            changed.append(seconds)
        image = images.contents(image_id)
        size = images.show(image_id).size / 1e6
        ready = [_ready(images.layout, image, place / "tree") for _ in range(rounds)]
        plain = images.contents(build(compiled=False)[1])
        uncompiled = [_ready(images.layout, plain, place / "plain") for _ in range(rounds)]
    _row("first build, packages downloaded", statistics.median(firsts), GOAL_FIRST, "s")
    _row("after a change of score.py", statistics.median(changed), GOAL_CHANGED, "s")
    _row("all layers, unpacked, without a base", size, GOAL_MB, "MB")
    _row("from start to ready", statistics.median(ready), GOAL_READY, "s")
    print(f"{'  without compiled code':40}{statistics.median(uncompiled):9.2f} s")


def _timed(images: Images, order: ImageOrder) -> tuple[float, str]:
    begin = time.perf_counter()
    made = images.create(order)
    return time.perf_counter() - begin, made.id


def _project(folder: Path, model: Path) -> Path:
    (folder / "outputs").mkdir(parents=True)
    shutil.copy(model, folder / "outputs" / "my_model.onnx")
    with template_folder("face") as template:
        shutil.copy(template / "score.py", folder / "score.py")
    subprocess.run([sys.executable, "score.py"], cwd=folder, check=True, capture_output=True)
    (folder / "requirements.txt").write_text("facewright[serve]\n", encoding="utf-8")
    return folder


def _order(project: Path) -> ManifestOrder:
    return ManifestOrder(
        "bench",
        project,
        "score.py",
        model_files=("outputs/my_model.onnx",),
        schema="outputs/schema.json",
        pip_file="requirements.txt",
    )


def _ready(layout: Layout, image: Image, tree: Path) -> float:
    """Return the seconds from start to readiness, of the image's files alone."""
    if not tree.exists():
        for layer in image.layers:
            with tarfile.open(layout.blobs.path(layer.digest)) as archive:
                archive.extractall(tree, filter="data")
    variables = dict(each.split("=", 1) for each in image.config["config"]["Env"])
    variables |= {"PYTHONPATH": str(tree / LIBRARIES), "PATH": os.environ["PATH"]}
    words = [*image.config["config"]["Cmd"][1:], "--host", "127.0.0.1", "--port", str(_PORT)]
    # The interpreter below any virtual environment: nothing but the image's files is imported.
    python = str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))
    begin = time.perf_counter()
    with subprocess.Popen(
        [python, *words], cwd=tree / APP, env=variables, stdout=subprocess.DEVNULL
    ) as server:
        try:
            while not _answers(f"http://127.0.0.1:{_PORT}/readyz"):
                if server.poll() is not None:
                    sys.exit("the server ended before it was ready")
                time.sleep(0.02)
            return time.perf_counter() - begin
        finally:
            server.send_signal(signal.SIGTERM)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310, our own server
            return bool(response.status == 200)
    except OSError:  # also that it took too long on a busy machine
        return False


def _row(what: str, value: float, goal: float, unit: str) -> None:
    met = "met" if value <= goal else "missed"
    print(f"{what:40}{value:9.2f} {unit}   goal {goal:g} {unit}: {met}")


if __name__ == "__main__":
    main()
