"""A node of a Ray cluster dies half-way: what is written then is what one machine writes.

Two nodes of one processor each run on this machine; half-way through the photos every process of
the second is killed. Then the rows are compared with those of this machine without Ray.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from facewright.bulk.job import Request
from facewright.bulk.processes import Processes
from facewright.bulk.reading import read_faces
from facewright.bulk.recipe import EmbedRecipe, embedding_of
from facewright.bulk.reporter import SilentReporter
from facewright.bulk.run import Outcome, run_bulk
from facewright.bulk.work import Task
from facewright.compute.ray import RayTarget
from facewright.compute.ray_jobs import RayJobs
from facewright.embedders.catalogue import load_embedder
from facewright.faces.detector import load_detector
from facewright.runs.bulk_job import run_on_target
from facewright.settings import Settings

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "parts"))

from ray_part import RayNode, ray_cluster


def default_recipe(folder: Path) -> EmbedRecipe:
    """Return the recipe of the default detector and embedder, its network in a folder."""
    cache = Settings().cache_directory
    network = load_embedder("dlib-resnet-v1", weights=None, cache=cache)
    file = folder / "network.onnx"
    file.write_bytes(network.onnx_bytes())
    return embedding_of(network, load_detector("hog"), file)


def main() -> int:
    """Run it and print what was seen; the exit code is 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for both outputs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="facewright-lost-node-") as temporary:
        folder = (asked.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        recipe = default_recipe(folder)
        photos = str(asked.photos.absolute())
        one, two = folder / "one-machine", folder / "two-nodes"
        alone = Task(source=photos, output=str(one), recipe=recipe)
        _tell("one machine, 2 processes", run_bulk(alone, Processes(2), SilentReporter()))
        _tell("two nodes, one killed", _with_a_loss(alone, two, folder))
        return _compare(one, two)


def _with_a_loss(alone: Task, output: Path, folder: Path) -> Outcome:
    task = alone.model_copy(update={"output": str(output)})
    half = len(list((Path(alone.output) / "faces").iterdir())) // 2
    with ray_cluster(nodes=2) as cluster:
        target = RayTarget("ray", RayJobs(cluster.address), f"{folder}/jobs", f"{folder}/share")
        killer = threading.Thread(
            target=_kill_at, args=(output / "faces", half, cluster.nodes[1]), daemon=True
        )
        killer.start()
        outcome = run_on_target(target, Request(task=task, ray=True), SilentReporter())
        killer.join()
    return outcome


def _kill_at(faces: Path, count: int, node: RayNode) -> None:
    while not faces.is_dir() or len(list(faces.glob("*.parquet"))) < count:
        time.sleep(0.1)
    node.kill()
    print(f"killed every process of the second node after {count} shards", flush=True)


def _tell(label: str, outcome: Outcome) -> None:
    print(
        f"{label}: {outcome.paths} photos, {outcome.faces} faces, {outcome.failed} without rows, "
        f"{outcome.unread} unread, {outcome.seconds:.1f} s, {outcome.rate:.1f} photos/s",
        flush=True,
    )


def _compare(one: Path, two: Path) -> int:
    first, second = (read_faces(str(each)) for each in (one, two))
    same_rows = first.equals(second)
    files = [
        {path.name: path.read_bytes() for path in (each / "faces").iterdir()} for each in (one, two)
    ]
    keys = Counter(zip(second["path"].to_pylist(), second["face"].to_pylist(), strict=True))
    twice = sum(count > 1 for count in keys.values())
    print(f"rows {first.num_rows} and {second.num_rows}, equal: {same_rows}; rows twice: {twice}")
    print(f"files {len(files[0])} and {len(files[1])}, equal bytes: {files[0] == files[1]}")
    return 0 if same_rows and not twice else 1


if __name__ == "__main__":
    sys.exit(main())
