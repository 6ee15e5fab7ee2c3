"""Measure what `experiment submit` adds to a script's own time on a local target.

Run ``python benchmarks/submit.py``. The peer is the same interpreter running the same script; both
take turns, so that the difference holds on a machine whose speed drifts. A fresh data folder is
used, and one run goes first, since MLflow makes its tables with the first one. The goal is for the
median with `--wait`, history included.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from facewright.projects.project import create_project

GOAL_SECONDS = 3.0
_SCRIPT = """
import time
from pathlib import Path

from facewright.runs import log

for epoch in range(5):
    log("loss", 1 / (epoch + 1), step=epoch)
    time.sleep(0.2)
Path("outputs/made.txt").write_text("made")
"""


def main() -> None:
    """Measure and print a table."""
    rounds = _options().rounds
    with tempfile.TemporaryDirectory(prefix="facewright-submit-") as place:
        project = create_project(Path(place, "bench")).folder
        (project / "script.py").write_text(_SCRIPT, encoding="utf-8")
        (project / "outputs").mkdir()
        environment = {**os.environ, "FACEWRIGHT_DATA_DIRECTORY": str(Path(place, "data"))}
        environment.pop("MLFLOW_TRACKING_URI", None)
        submit = ["-m", "facewright", "experiment", "submit", "-c", "local"]
        first = _seconds([*submit, "script.py"], project, environment)
        _settle(Path(place, "data"))
        alone, whole, returned = [], [], []
        for _ in range(rounds):
            alone.append(_seconds(["script.py"], project, environment))
            whole.append(_seconds([*submit, "script.py"], project, environment))
            _settle(Path(place, "data"))
            returned.append(_seconds([*submit, "--no-wait", "script.py"], project, environment))
            _settle(Path(place, "data"))
    _show({"script alone": alone, "submit --wait": whole, "submit --no-wait": returned})
    print(f"the first submit, which makes the history's tables: {first:.2f} s")
    added = statistics.median(whole) - statistics.median(alone)
    verdict = "met" if added < GOAL_SECONDS else "missed"
    print(f"added {added:.2f} s; goal of less than {GOAL_SECONDS:.0f} s: {verdict}")


def _seconds(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - start


def _settle(data: Path) -> None:
    """Wait until no run is open, so that rounds do not disturb each other."""
    while any((data / "runs" / "open").iterdir()):
        time.sleep(0.05)


def _show(times: dict[str, list[float]]) -> None:
    print(f"{'':>18}  {'median s':>9}  {'slowest':>8}")
    for name, taken in times.items():
        print(f"{name:>18}  {statistics.median(taken):>9.2f}  {max(taken):>8.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    return parser.parse_args()


if __name__ == "__main__":
    main()
