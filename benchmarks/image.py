"""Measure images: how long building takes, how large they are, how soon a service is ready.

Run ``python benchmarks/image.py``; a model of the default recipe is trained on drawn people unless
one is named, and pip brings the packages once. With ``--base`` the image stands on a base and its
containers are started, where a container engine answers. The peer is that engine: `docker build` of
the same files, unpacked beforehand, in turns with ours. The goals are the issue's.
"""

import argparse
import contextlib
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from facewright.containers.oci.layout import Image, Layout
from facewright.database.database import Database, open_database
from facewright.management.images.images import Images
from facewright.management.images.order import ImageOrder
from facewright.management.images.program import APP, LIBRARIES
from facewright.management.manifests.manifests import Manifests
from facewright.management.manifests.order import ManifestOrder
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models
from facewright.projects.template import template_folder
from facewright.training.people import Album, draw_many, member
from facewright.training.train import Folders, train

GOAL_LARGE, GOAL_CHANGED, GOAL_READY, GOAL_MB = 6.0, 0.5, 3.0, 450.0
_LARGE = 700_000_000
_OURS = 4  # layers: packages, Facewright, the model, the application
_PORT = 15_001
_PEOPLE = ("ada", "bruno", "clara", "elena")
_PEER_NAME = "facewright-benchmark-peer:1"
_QUIET: Callable[[str], None] = lambda line: None  # noqa: E731


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, help="A my_model.onnx of the default recipe.")
    options.add_argument("--base", help="A base image, as --base-image of `image create` takes it.")
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="facewright-image-") as folder:
        place = Path(folder)
        model = chosen.model or _trained(place / "training")
        with open_database(f"sqlite:///{place / 'records.db'}") as database:
            bench = _Bench(database, place, model, chosen.base)
            bench.measure(chosen.rounds)


class _Bench:
    def __init__(self, database: Database, place: Path, model: Path, base: str | None) -> None:
        self._place = place
        self._base = base
        self._project = _project(place / "project", model)
        models = Models(database, ModelFiles(place / "store"))
        self._manifests = Manifests(database, models, place / "wheels")
        self.images = Images(database, models, place, place / "wheels")

    def measure(self, rounds: int) -> None:
        """Measure everything and print each figure when it is known."""
        image_id = self._build()[1]
        size = self.images.show(image_id).size / 1e6
        held = self.images.contents(image_id)
        ours = sum(each.size for each in held.layers[-_OURS:]) / 1e6
        _row("all layers, unpacked, and the base's", size, GOAL_MB, "MB")
        print(f"{'  ours alone':44}{ours:9.1f} MB")
        self._measure_starts(image_id, rounds)
        with _peer(self._place / "peer", self.images.layout, held) as peer:
            self._measure_changes(peer, rounds)
            self._measure_large(peer, rounds)

    def _measure_starts(self, image_id: str, rounds: int) -> None:
        layout, tree = self.images.layout, self._place / "tree"
        ready = [_ready(layout, self.images.contents(image_id), tree) for _ in range(rounds)]
        _row("from start to ready, as a process", statistics.median(ready), GOAL_READY, "s")
        plain = self.images.contents(self._build(compiled=False)[1])
        slow = [_ready(layout, plain, self._place / "plain") for _ in range(rounds)]
        print(f"{'  without compiled code':44}{statistics.median(slow):9.2f} s")
        if self._base is not None and (engine := _engine()) is not None:
            with contextlib.closing(engine):
                archive = self._place / "image.tar"
                name = self.images.export(image_id, archive, "docker")
                with archive.open("rb") as file:
                    list(engine.load_image(file))
                archive.unlink()
                started = [_contained(engine, name) for _ in range(rounds)]
            _row("from docker run to ready", statistics.median(started), GOAL_READY, "s")

    def _measure_changes(self, peer: "_Peer | None", rounds: int) -> None:
        ours, theirs = [], []
        for number in range(rounds):
            with (self._project / "score.py").open("a") as script:
                script.write(f"# {number}\n")
            ours.append(self._build()[0])
            if peer is not None:
                shutil.copy(self._project / "score.py", peer.folder / APP / "score.py")
                theirs.append(peer.build(cached=True))
        _row("after a change of score.py", statistics.median(ours), GOAL_CHANGED, "s")
        _compare(ours, theirs)

    def _measure_large(self, peer: "_Peer | None", rounds: int) -> None:
        held = self.images.contents(self._build()[1])
        below = sum(each.size for each in held.layers[-_OURS:])
        model = self._project / "outputs" / "large.bin"
        ours, theirs = [], []
        for _ in range(rounds):
            model.write_bytes(os.urandom(_LARGE - below))
            order = _order(self._project, "outputs/my_model.onnx", "outputs/large.bin")
            manifest = self._manifests.create(order, _QUIET, _QUIET).id
            # All of it is written, but for a base: no layers, and nothing known of them.
            shutil.rmtree(self.images.layout.folder)
            ours.append(self._timed(ImageOrder("large", manifest)))
            if peer is not None:
                shutil.copy(model, peer.folder / APP / "outputs" / "large.bin")
                theirs.append(peer.build(cached=False))
        _row("all of an image of 700 MB", statistics.median(ours), GOAL_LARGE, "s")
        _compare(ours, theirs)

    def _build(self, **changes: Any) -> tuple[float, str]:
        manifest = self._manifests.create(
            _order(self._project, "outputs/my_model.onnx"), _QUIET, _QUIET
        )
        order = ImageOrder("bench", manifest.id, base=self._base, **changes)
        seconds = self._timed(order)
        return seconds, self.images.list()[-1].id

    def _timed(self, order: ImageOrder) -> float:
        begin = time.perf_counter()
        self.images.create(order)
        return time.perf_counter() - begin


class _Peer:
    """`docker build` of the files of an image.

    Args:
        engine: A client of the engine.
        folder: Holds the files, as the image has them, and a Dockerfile.
    """

    def __init__(self, engine: Any, folder: Path) -> None:
        self._engine = engine
        self.folder = folder

    def build(self, *, cached: bool) -> float:
        """Build and return the seconds."""
        begin = time.perf_counter()
        said = list(
            self._engine.build(
                path=str(self.folder), tag=_PEER_NAME, nocache=not cached, rm=True, decode=True
            )
        )
        if problems := [each["error"] for each in said if "error" in each]:
            sys.exit(f"docker build failed: {problems[0]}")
        return time.perf_counter() - begin


@contextlib.contextmanager
def _peer(folder: Path, layout: Layout, image: Image) -> Iterator[_Peer | None]:
    engine = _engine()
    if engine is None:
        print("  (no container engine answers: nothing to compare with)")
        yield None
        return
    with contextlib.closing(engine):
        _unpack(layout, image, folder)
        # The base is in the engine already, as it is in our layout; FROM scratch costs least.
        lines = ["FROM scratch", f"COPY {LIBRARIES} /{LIBRARIES}", f"COPY {APP} /{APP}"]
        (folder / "Dockerfile").write_text("\n".join(lines))
        peer = _Peer(engine, folder)
        peer.build(cached=True)
        try:
            yield peer
        finally:
            engine.remove_image(_PEER_NAME, force=True)


def _engine() -> Any:
    try:
        import docker

        engine = docker.APIClient(**docker.utils.kwargs_from_env(), version="auto", timeout=600)
    except Exception:  # whatever the reason, there is none to compare with
        return None
    return engine


def _trained(folder: Path) -> Path:
    albums = [Album(folder / "photos" / name, member(name), tuple(range(6))) for name in _PEOPLE]
    draw_many(albums, workers=1)
    result = train(Folders(folder / "photos", folder / "outputs", folder / "cache"))
    return result.files["my_model.onnx"]


def _project(folder: Path, model: Path) -> Path:
    (folder / "outputs").mkdir(parents=True)
    shutil.copy(model, folder / "outputs" / "my_model.onnx")
    with template_folder("face") as template:
        shutil.copy(template / "score.py", folder / "score.py")
    subprocess.run([sys.executable, "score.py"], cwd=folder, check=True, capture_output=True)
    (folder / "requirements.txt").write_text("facewright[serve]\n", encoding="utf-8")
    return folder


def _order(project: Path, *models: str) -> ManifestOrder:
    return ManifestOrder(
        "bench",
        project,
        "score.py",
        model_files=models,
        schema="outputs/schema.json",
        pip_file="requirements.txt",
    )


def _unpack(layout: Layout, image: Image, tree: Path) -> None:
    for layer in image.layers[-_OURS:]:
        with tarfile.open(layout.blobs.path(layer.digest)) as archive:
            archive.extractall(tree, filter="data")


def _ready(layout: Layout, image: Image, tree: Path) -> float:
    """Return the seconds from start to readiness, of the image's files alone."""
    if not tree.exists():
        _unpack(layout, image, tree)
    variables = dict(each.split("=", 1) for each in image.config["config"]["Env"])
    variables |= {"PYTHONPATH": str(tree / LIBRARIES), "PATH": os.environ["PATH"]}
    words = [*_command(image.config["config"])[1:]]
    # The interpreter below any virtual environment: nothing but the image's files is imported.
    python = str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))
    begin = time.perf_counter()
    with subprocess.Popen(
        [python, *words],
        cwd=tree / APP,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait(begin, lambda: server.poll() is not None)
            return time.perf_counter() - begin
        finally:
            server.send_signal(signal.SIGTERM)


def _contained(engine: Any, name: str) -> float:
    """Return the seconds from the start of a container, with all its limits, to readiness."""
    words = _command(engine.inspect_image(name)["Config"])
    limits = engine.create_host_config(
        read_only=True,
        tmpfs={"/tmp": ""},  # noqa: S108, in a container
        cap_drop=["ALL"],
        network_mode="host",
    )
    begin = time.perf_counter()
    made = engine.create_container(name, words, host_config=limits)
    try:
        engine.start(made)
        _wait(begin, lambda: engine.inspect_container(made)["State"]["Status"] == "exited")
        return time.perf_counter() - begin
    finally:
        engine.remove_container(made, force=True)


def _command(config: dict[str, Any]) -> list[str]:
    return [*config["Cmd"], "--host", "127.0.0.1", "--port", str(_PORT)]


def _wait(begin: float, ended: Callable[[], bool]) -> None:
    while not _answers(f"http://127.0.0.1:{_PORT}/readyz"):
        if ended() or time.perf_counter() - begin > 120:
            sys.exit("the server was never ready")
        time.sleep(0.02)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310, our own server
            return bool(response.status == 200)
    except OSError:  # also that it took too long on a busy machine
        return False


def _row(what: str, value: float, goal: float, unit: str) -> None:
    met = "met" if value <= goal else "missed"
    print(f"{what:44}{value:9.2f} {unit}   goal {goal:g} {unit}: {met}", flush=True)


def _compare(ours: list[float], theirs: list[float]) -> None:
    if theirs:
        median = statistics.median(theirs)
        ratio = median / statistics.median(ours)
        print(
            f"{'  docker build of the same files':44}{median:9.2f} s   {ratio:.1f} times",
            flush=True,
        )


if __name__ == "__main__":
    main()
