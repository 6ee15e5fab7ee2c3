"""Compare our server with others that run the same pipeline behind the same number of processes.

Run ``python benchmarks/serve.py``; it takes wrk, and installs each peer into an environment of its
own the first time. The work is a JPEG of 640×480 pixels with one drawn face, sent as it is and as
base64 in JSON, over 1, 8 and 64 connections. Every server makes the same calls of the same
`Recognizer` (`benchmarks/servers/work.py`), and all read the same libraries.

All servers run from the beginning, and take turns in every round, so that what changes on the
machine meanwhile changes for all. What is shown is the median of the rounds, and how far the rounds
agree. The bare calls are timed in every round as well, so that what our server adds can be told.

``--overload`` measures our server alone: the p99 of accepted requests at its capacity, and when ten
times as many come. For the package face_recognition, run ``python benchmarks/pipeline.py``.
"""

import argparse
import base64
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipeline import _trained as trained_model
from pipeline import portrait
from servers.load import Measured, check_wrk, load
from servers.overload import measure_overload
from servers.report import Bare, Results, print_report, write_report
from servers.servers import ALL, ONE_THREAD, Plan, Running, Server, running
from servers.work import MODEL

from facewright.settings import Settings

CONNECTIONS = (1, 8, 64)
_WARM_UP = 16
_WARM_UP_SECONDS = 2.0
_BARE_CALLS = 100


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
        results = _compare(plan, options)
    print_report(results)
    if options.json:
        write_report(options.json, results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--seconds", type=float, default=5, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each point")
    parser.add_argument("--workers", type=int, default=cores, help="processes that compute")
    parser.add_argument("--only", action="append", choices=[*ALL], help="may be repeated")
    parser.add_argument("--model", type=Path, help="a model file; one is trained without it")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--overload", action="store_true", help="measure ten times the capacity")
    cache = Settings().cache_directory / "benchmarks"
    parser.add_argument("--cache", type=Path, default=cache, help="folder of the environments")
    return parser.parse_args()


def _compare(plan: Plan, options: argparse.Namespace) -> Results:
    servers = {name: ALL[name](plan) for name in options.only or ALL}
    calls = _bare_calls(plan) if "facewright" in servers else {}
    results = Results({name: {} for name in servers}, {}, {form: [] for form in calls})
    with contextlib.ExitStack() as stack:
        started = {
            name: stack.enter_context(running(server, plan, name))
            for name, server in servers.items()
        }
        for name, server in servers.items():
            for body in server.bodies.values():
                load(started[name], body, _WARM_UP, min(_WARM_UP_SECONDS, options.seconds))
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            _measure_round(servers, started, results, _turned([*servers], number), options.seconds)
            _measure_bare(calls, results.bare)
        results.memory.update({name: each.tree.peak_mb() for name, each in started.items()})
    return results


def _turned(names: list[str], number: int) -> list[str]:
    """Return the names, another one first in every round."""
    first = number % len(names)
    return names[first:] + names[:first]


def _measure_round(
    servers: Mapping[str, Server],
    started: Mapping[str, Running],
    results: Results,
    names: Iterable[str],
    seconds: float,
) -> None:
    order = [*names]
    for form in ("raw", "base64"):
        for connections in CONNECTIONS:
            for name in order:
                body = servers[name].bodies.get(form)
                if body is not None:
                    found = load(started[name], body, connections, seconds)
                    _rounds_of(results, name, form, connections).append(found)


def _rounds_of(results: Results, name: str, form: str, connections: int) -> list[Measured]:
    return results.points[name].setdefault(form, {}).setdefault(connections, [])


def _bare_calls(plan: Plan) -> dict[str, Callable[[], object]]:
    """Return what every server does for a request, to be called here."""
    os.environ.update({**ONE_THREAD, MODEL: str(plan.model)})
    from servers.work import Work

    work, text = Work(), base64.b64encode(plan.photo).decode()
    return {"raw": lambda: work.photo(plan.photo), "base64": lambda: work.input_bytes(text)}


def _measure_bare(calls: Mapping[str, Callable[[], object]], bare: Bare) -> None:
    for form, call in calls.items():
        times = []
        for _ in range(_BARE_CALLS):
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1000)
        bare[form].append(statistics.median(times))


if __name__ == "__main__":
    main()
