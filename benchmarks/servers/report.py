"""What a comparison found, as a table and as JSON."""

import json
import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from servers.environments import PACKAGES
from servers.load import Measured

OURS = "facewright"
GOAL_ADDED_MS = 0.5

Bare = dict[str, list[float]]
"""Form to the median of the bare call in each round, in ms."""


@dataclass(frozen=True)
class Results:
    """What was measured.

    Attributes:
        points: By server, form and number of connections, what each round found.
        memory: The most memory each server held, in MB.
        bare: The bare calls.
    """

    points: dict[str, dict[str, dict[int, list[Measured]]]]
    memory: dict[str, float]
    bare: Bare


def print_report(results: Results) -> None:
    """Print every point, and where ours stands there."""
    for name, peak in results.memory.items():
        print(f"{name}: {' '.join(PACKAGES.get(name, ('this one',)))}, peak {peak:.0f} MB")
    head = ("form", "c", "server", "req/s", "p50 ms", "p99 ms", "CPU ms", "lost", "ours is")
    print("\n{:<8}{:>4}  {:<12}{:>9}{:>9}{:>9}{:>9}{:>6}  {}".format(*head))
    for form in ("raw", "base64"):
        for connections in sorted(_connections(results, form)):
            _print_point(results, form, connections)
    for form, rounds in results.bare.items():
        _print_added(results.points[OURS][form][1], form, rounds)


def write_report(path: Path, results: Results) -> None:
    """Write every round of every point as JSON."""
    servers = {
        name: {
            "packages": PACKAGES.get(name, ()),
            "peak_mb": results.memory[name],
            "rounds": {
                form: {count: [asdict(each) for each in rounds] for count, rounds in found.items()}
                for form, found in forms.items()
            },
        }
        for name, forms in results.points.items()
    }
    document = {"load_average": os.getloadavg(), "bare_ms": results.bare, "servers": servers}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _connections(results: Results, form: str) -> set[int]:
    return {count for forms in results.points.values() for count in forms.get(form, {})}


def _print_point(results: Results, form: str, connections: int) -> None:
    ours = results.points.get(OURS, {}).get(form, {}).get(connections, [])
    peers = []
    for name, forms in results.points.items():
        if form not in forms:
            print(f"{form:<8}{connections:>4}  {name:<12}{'takes no such body':>27}")
            continue
        rounds = forms[form][connections]
        against = ""
        if ours and name != OURS:
            peers.append(rounds)
            against = _against(ours, rounds)
        print(f"{form:<8}{connections:>4}  {name:<12}{_figures(rounds)}  {against}")
    if ours and peers:
        rate = _standing(ours, peers, lambda found: found.per_second)
        tail = _standing(ours, peers, lambda found: -found.p99)
        print(f"{'':<14}ours: {rate} in req/s, {tail} in p99")


def _figures(rounds: Sequence[Measured]) -> str:
    numbers = (_median(rounds, name) for name in ("per_second", "p50", "p99", "cpu_ms"))
    failed = sum(found.refused + found.lost for found in rounds)
    return "{:>9.1f}{:>9.2f}{:>9.2f}{:>9.2f}".format(*numbers) + f"{failed:>6}"


def _median(rounds: Sequence[Measured], name: str) -> float:
    return float(statistics.median(getattr(found, name) for found in rounds))


def _against(ours: Sequence[Measured], peer: Sequence[Measured]) -> str:
    pairs = [*zip(ours, peer, strict=True)]
    rates = sorted(one.per_second / other.per_second for one, other in pairs)
    tails = sorted(one.p99 / max(other.p99, 1e-3) for one, other in pairs)
    return f"{_spread(rates)} req/s, {_spread(tails)} p99"


def _spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f}× ({ratios[0]:.2f}–{ratios[-1]:.2f})"


def _standing(
    ours: Sequence[Measured],
    peers: Sequence[Sequence[Measured]],
    value: Callable[[Measured], float],
) -> str:
    """Say whether ours is first by the medians, and whether every round says the same."""
    own = statistics.median(map(value, ours))
    best = max(statistics.median(map(value, peer)) for peer in peers)
    wins = sum(
        value(one) > max(value(peer[number]) for peer in peers) for number, one in enumerate(ours)
    )
    return f"{'first' if own > best else 'not first'} ({wins} of {len(ours)} rounds)"


def _print_added(rounds: Sequence[Measured], form: str, bare: Sequence[float]) -> None:
    added = statistics.median(
        found.p50 - milliseconds for found, milliseconds in zip(rounds, bare, strict=True)
    )
    verdict = "met" if added <= GOAL_ADDED_MS else "missed"
    print(
        f"{form}: bare call {statistics.median(bare):.2f} ms, our server adds {added:.2f} ms at "
        f"p50; goal of {GOAL_ADDED_MS} ms: {verdict}"
    )
