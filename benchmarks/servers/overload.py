"""What our server does when ten times as many requests come as it can answer.

wrk sends the load; a few requests of our own among them tell how long accepted ones take, since wrk
counts the quick refusals with them.
"""

import asyncio
import threading
import time
from dataclasses import dataclass, field

import httpx
from servers.load import load
from servers.servers import Body, Plan, Running, facewright, running

from facewright.serving.limits import Limits

TIMES = 10
GOAL = 2.0
_FULL = 64
_FLOOD = 1000
_PROBES = 16


@dataclass
class Probed:
    """What the requests among the load met.

    Attributes:
        accepted: How long each accepted one took, in ms.
        shed: How many were refused with 429 and a ``Retry-After``.
        other: How many ended in any other way.
    """

    accepted: list[float] = field(default_factory=list)
    shed: int = 0
    other: int = 0

    def p99(self) -> float:
        """Return the 99th percentile of the accepted ones, in ms; 0 without any."""
        ordered = sorted(self.accepted)
        return ordered[int(0.99 * (len(ordered) - 1))] if ordered else 0.0


def measure_overload(plan: Plan, seconds: float) -> None:
    """Measure and print."""
    server = facewright(plan)
    body = server.bodies["raw"]
    with running(server, plan) as started:
        load(started, body, 16, 2)
        capacity = load(started, body, _FULL, seconds).per_second
        # As many as before, ours among them: at capacity, nobody is refused.
        full = _probe(started, body, seconds, _FULL - _PROBES, 0)
        # Those whose request is accepted wait for it; the others come back after a pause.
        waiting = plan.workers * Limits().waiting
        pause = (_FLOOD - waiting) / (TIMES * capacity) * 1000
        flood = _probe(started, body, seconds, _FLOOD, pause)
        shed = load(started, body, _FLOOD, seconds, pause)
    offered = shed.per_second + shed.refused / seconds
    print(
        f"capacity {capacity:.0f} requests/s over {_FULL} connections; p99 {full.p99():.1f} ms, "
        f"{len(full.accepted)} accepted, {full.shed + full.other} refused"
    )
    print(
        f"offered {offered:.0f} requests/s, {offered / capacity:.1f} times as many: "
        f"{shed.per_second:.0f} answered/s, {shed.refused} refused, {shed.lost} lost"
    )
    ratio = flood.p99() / full.p99()
    print(
        f"among it: {len(flood.accepted)} accepted, p99 {flood.p99():.1f} ms, {flood.shed} refused "
        f"with Retry-After, {flood.other} otherwise"
    )
    print(
        f"p99 {ratio:.2f}× that of capacity; goal {GOAL}×: {'met' if ratio <= GOAL else 'missed'}"
    )


def _probe(server: Running, body: Body, seconds: float, connections: int, pause: float) -> Probed:
    loading = threading.Thread(target=load, args=(server, body, connections, seconds + 1, pause))
    loading.start()
    time.sleep(0.5)
    found = asyncio.run(_probes(server, body, seconds))
    loading.join()
    return found


async def _probes(server: Running, body: Body, seconds: float) -> Probed:
    found, end = Probed(), time.monotonic() + seconds
    limits = httpx.Limits(max_connections=_PROBES)
    async with httpx.AsyncClient(trust_env=False, timeout=120, limits=limits) as client:
        await asyncio.gather(*(_ask(client, server, body, end, found) for _ in range(_PROBES)))
    return found


async def _ask(
    client: httpx.AsyncClient, server: Running, body: Body, end: float, found: Probed
) -> None:
    headers = {"content-type": body.content_type}
    while time.monotonic() < end:
        start = time.perf_counter()
        answer = await client.post(server.url + body.path, content=body.content, headers=headers)
        if answer.status_code == httpx.codes.OK:
            found.accepted.append((time.perf_counter() - start) * 1000)
        elif (
            answer.status_code == httpx.codes.TOO_MANY_REQUESTS and "retry-after" in answer.headers
        ):
            found.shed += 1
        else:
            found.other += 1
        await asyncio.sleep(0.05)
