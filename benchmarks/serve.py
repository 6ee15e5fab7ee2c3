"""Compare our server with others that run the same pipeline behind the same number of processes.

Run ``python benchmarks/serve.py``; it takes wrk, and installs each peer into an environment of its
own the first time. The work is a JPEG of 640×480 pixels with one drawn face, sent as it is and as
base64 in JSON, over 1, 8 and 64 connections. Every server makes the same calls of the same
`Recognizer` (`benchmarks/servers/work.py`), and all read the same libraries. The bare calls are
timed as well, so that what our server adds can be told.

``--overload`` measures our server alone: the p99 of accepted requests at its capacity, and when ten
times as many come. For the package face_recognition, run ``python benchmarks/pipeline.py``.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from pipeline import _trained as trained_model
from pipeline import portrait
from servers.environments import PACKAGES
from servers.load import Measured, check_wrk, load
from servers.overload import measure_overload
from servers.servers import ALL, Plan, running
from servers.work import MODEL

from facewright.settings import Settings

FORMS = ("raw", "base64")
CONNECTIONS = (1, 8, 64)
GOAL_ADDED_MS = 0.5
_WARM_UP = 16

Table = dict[str, dict[str, dict[int, Measured]]]
"""Server, form, connections."""


def main() -> None:
    """Measure and print."""
    options = _options()
    check_wrk()
    print(f"load average {os.getloadavg()[0]:.1f}, {options.workers} workers", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="facewright-serve-") as place:
        folder = Path(place)
        model = (options.model or trained_model(folder)).resolve()
        plan = Plan(options.workers, model, portrait(), options.cache.resolve(), folder)
        if options.overload:
            measure_overload(plan, options.seconds)
            return
        names = options.only or list(ALL)
        table, memory = _compare(plan, names, options.seconds)
        bare = _bare(plan) if "facewright" in table else {}
    _print(table, memory, bare)
    if options.json:
        _write(options.json, table, memory, bare)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--seconds", type=float, default=5, help="length of each measurement")
    parser.add_argument("--workers", type=int, default=cores, help="processes that compute")
    parser.add_argument("--only", action="append", choices=[*ALL], help="may be repeated")
    parser.add_argument("--model", type=Path, help="a model file; one is trained without it")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--overload", action="store_true", help="measure ten times the capacity")
    cache = Settings().cache_directory / "benchmarks"
    parser.add_argument("--cache", type=Path, default=cache, help="folder of the environments")
    return parser.parse_args()


def _compare(plan: Plan, names: list[str], seconds: float) -> tuple[Table, dict[str, float]]:
    table: Table = {}
    memory: dict[str, float] = {}
    for name in names:
        server = ALL[name](plan)
        table[name] = {}
        with running(server, plan) as started:
            for form, body in server.bodies.items():
                load(started, body, _WARM_UP, min(2.0, seconds))
                print(f"measuring {name}, {form}", file=sys.stderr)
                table[name][form] = {c: load(started, body, c, seconds) for c in CONNECTIONS}
            memory[name] = started.tree.peak_mb()
    return table, memory


def _bare(plan: Plan) -> dict[str, float]:
    """Return the median time of each bare call, in ms."""
    import base64

    os.environ[MODEL] = str(plan.model)
    from servers.work import Work

    work, text = Work(), base64.b64encode(plan.photo).decode()
    return {
        "raw": _median_ms(lambda: work.photo(plan.photo)),
        "base64": _median_ms(lambda: work.input_bytes(text)),
    }


def _median_ms(call: Callable[[], object], calls: int = 200) -> float:
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _print(table: Table, memory: dict[str, float], bare: dict[str, float]) -> None:
    for name in table:
        print(f"{name}: {' '.join(PACKAGES.get(name, ('this one',)))}, peak {memory[name]:.0f} MB")
    head = ("form", "c", "server", "req/s", "p50 ms", "p99 ms", "CPU ms", "lost", "ours is")
    print("\n{:<8}{:>4}  {:<12}{:>9}{:>9}{:>9}{:>9}{:>6}  {}".format(*head))
    for form in FORMS:
        for connections in CONNECTIONS:
            _print_point(table, form, connections)
    for form, milliseconds in bare.items():
        added = table["facewright"][form][1].p50 - milliseconds
        verdict = "met" if added <= GOAL_ADDED_MS else "missed"
        print(
            f"{form}: bare call {milliseconds:.2f} ms, our server adds {added:.2f} ms at p50; "
            f"goal of {GOAL_ADDED_MS} ms: {verdict}"
        )


def _print_point(table: Table, form: str, connections: int) -> None:
    ours = table.get("facewright", {}).get(form, {}).get(connections)
    for name, forms in table.items():
        if form not in forms:
            print(f"{form:<8}{connections:>4}  {name:<12}{'takes no such body':>27}")
            continue
        found = forms[form][connections]
        ratio = ""
        if ours is not None and name != "facewright" and found.p99:
            ratio = (
                f"{ours.per_second / found.per_second:.2f}× req/s, {ours.p99 / found.p99:.2f}× p99"
            )
        failed = found.refused + found.lost
        print(
            f"{form:<8}{connections:>4}  {name:<12}{found.per_second:>9.1f}{found.p50:>9.2f}"
            f"{found.p99:>9.2f}{found.cpu_ms:>9.2f}{failed:>6}  {ratio}"
        )


def _write(path: Path, table: Table, memory: dict[str, float], bare: dict[str, float]) -> None:
    servers = {
        name: {
            "packages": PACKAGES.get(name, ()),
            "peak_mb": memory[name],
            "points": {
                form: {c: asdict(found) for c, found in points.items()}
                for form, points in forms.items()
            },
        }
        for name, forms in table.items()
    }
    document = {"load_average": os.getloadavg(), "bare_ms": bare, "servers": servers}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
