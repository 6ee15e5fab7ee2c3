"""Keep a server under full load for long, and see that it stays what it was.

Run ``python benchmarks/soak.py --minutes 30``. Drawn people in photos of several sizes come by
both routes, several at once, between broken photos, bodies that are none, and clients that hang
up. It fails when

- an answer is another photo's: each photo's own answer is asked for beforehand, one at a time, and
  no two are alike;
- a request gets another status than it should, or any 5xx;
- a worker's memory grows by 2 % or more after the warm-up.

The deadline of an answer is out of the way: how quick a machine is decides `benchmarks/serve.py`.
"""

import argparse
import asyncio
import contextlib
import io
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from PIL import Image
from pipeline import _trained as trained_model
from servers.processes import Tree
from servers.servers import Plan, Running, facewright, running

from facewright.client import AsyncClient, Retries
from facewright.errors import FacewrightError, ServiceRefused
from facewright.training.people import draw_photo, member

_PEOPLE = ("ada", "bruno", "clara", "hugo")
_WIDTHS = (320, 640, 1280, 2600)
_CLOSE = 1e-4
_PATIENCE_SECONDS = 600
_ENOUGH = 200
_ONCE = Retries(attempts=1)
_FORM = {"content-type": "multipart/form-data; boundary=x"}
_JSON = {"content-type": "application/json"}

Answer = tuple[str, float, float, float]
"""Name, similarity, and the left upper corner of the largest face."""


@dataclass
class Findings:
    """What came of the load.

    Attributes:
        answered: Requests by what came of them.
        faults: What should not have happened, in words.
    """

    answered: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Load:
    """Who asks for what.

    Attributes:
        url: The server.
        photos: Files, and the answer that is their own.
        findings: What came of it.
    """

    url: str
    photos: list[tuple[bytes, Answer]]
    findings: Findings


def main() -> None:
    """Run, print, and fail when something was wrong."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="facewright-soak-") as place:
        folder = Path(place)
        model = (options.model or trained_model(folder)).resolve()
        plan = Plan(options.workers, model, _photo("ada", 20, 640), folder, folder)
        with running(facewright(plan, "--deadline", str(_PATIENCE_SECONDS)), plan) as server:
            findings, memory = asyncio.run(_soak(server, options))
    growth = _growths(memory)
    for words, count in sorted(findings.answered.items()):
        print(f"{count:>8}  {words}")
    for pid in growth:
        print(f"worker {pid}, a tenth of the time after the other: {_curve(memory, pid)} MB")
    for pid, (before, share) in growth.items():
        print(f"worker {pid}: {before / 1e6:.1f} MB after the warm-up, {share:+.2%} at the end")
    for words, count in findings.faults.items():
        print(f"fault: {words} ({count} times)")
    grown = [pid for pid, (_, share) in growth.items() if share >= options.growth / 100]
    if findings.answered["answered rightly"] < _ENOUGH:
        print(f"memory is not judged: fewer than {_ENOUGH} answers do not warm a server up")
        grown = []
    if findings.faults or grown or not findings.answered["answered rightly"]:
        sys.exit("the server did not stay what it was")
    print(f"steady: growth below {options.growth:g} % where judged, every answer its own, no 5xx")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--warm-up", type=float, help="minutes; a fifth of the whole, at most 3")
    parser.add_argument("--clients", type=int, default=24, help="requests under way at once")
    parser.add_argument(
        "--growth", type=float, default=2, help="allowed growth of memory, per cent"
    )
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--model", type=Path, help="a model file; one is trained without it")
    return parser.parse_args()


async def _soak(
    server: Running, options: argparse.Namespace
) -> tuple[Findings, list[dict[int, int]]]:
    findings = Findings()
    files = [_photo(name, 20 + n, w) for n, name in enumerate(_PEOPLE) for w in _WIDTHS]
    async with AsyncClient(server.url, timeout=_PATIENCE_SECONDS) as client:
        own = [await _ask(client, [file]) for file in files]
    _check_distinct([each for [each] in own])
    photos = [(file, each) for file, [each] in zip(files, own, strict=True)]
    load = Load(server.url, photos, findings)
    end = time.monotonic() + options.minutes * 60
    warm_up = min(3.0, options.minutes / 5) if options.warm_up is None else options.warm_up
    asking = [asyncio.create_task(_asking(load, seed, end)) for seed in range(options.clients)]
    memory = await _watch(server.tree, time.monotonic() + warm_up * 60, end)
    await asyncio.gather(*asking)
    return findings, memory


async def _watch(tree: Tree, since: float, end: float) -> list[dict[int, int]]:
    samples = []
    while time.monotonic() < end:
        await asyncio.sleep(1)
        if time.monotonic() >= since:
            samples.append({pid: held for pid, held in tree.resident().items() if pid != tree.pid})
    return samples


def _growths(samples: list[dict[int, int]]) -> dict[int, tuple[float, float]]:
    """Return each worker's memory after the warm-up, and by what share it has grown.

    Both are those of the straight line through all samples: a single moment shows which photo was
    just looked at.
    """
    found = {}
    for pid in samples[0]:
        held = [sample[pid] for sample in samples if pid in sample]
        line = statistics.linear_regression(range(len(held)), held)
        found[pid] = line.intercept, line.slope * len(held) / line.intercept
    return found


def _curve(samples: list[dict[int, int]], pid: int) -> str:
    held = [sample[pid] for sample in samples if pid in sample]
    tenth = max(1, len(held) // 10)
    parts = (held[start : start + tenth] for start in range(0, len(held), tenth))
    return " ".join(f"{statistics.median(part) / 1e6:.1f}" for part in parts)


async def _asking(load: Load, seed: int, end: float) -> None:
    chance = random.Random(seed)  # noqa: S311 -- a load that can be repeated
    async with (
        AsyncClient(load.url, timeout=_PATIENCE_SECONDS, retries=_ONCE) as client,
        httpx.AsyncClient(base_url=load.url, trust_env=False, timeout=_PATIENCE_SECONDS) as plain,
    ):
        while time.monotonic() < end:
            if chance.random() < 0.8:
                await _good(load, client, chance)
            else:
                await _bad(load, plain, chance)


async def _good(load: Load, client: AsyncClient, chance: random.Random) -> None:
    asked = chance.choices(load.photos, k=chance.choice([1, 1, 1, 3]))
    ask: Callable[[], Awaitable[list[Answer]]] = lambda: _ask(client, [file for file, _ in asked])  # noqa: E731
    if len(asked) == 1 and chance.random() < 0.4:
        ask = lambda: _score(client, asked[0][0])  # noqa: E731
    try:
        answers = await ask()
    except ServiceRefused as error:
        _refused(load.findings, error)
        return
    except FacewrightError as error:
        load.findings.faults[f"no answer: {error.message}"] += 1
        return
    for answer, (_, own) in zip(answers, asked, strict=True):
        if _alike(answer, own):
            load.findings.answered["answered rightly"] += 1
        else:
            load.findings.faults[f"the answer is another photo's: {answer} for {own}"] += 1


def _refused(findings: Findings, error: ServiceRefused) -> None:
    if error.status == httpx.codes.TOO_MANY_REQUESTS:
        findings.answered["told to come back later (429)"] += 1
    else:
        findings.faults[f"a good photo got {error.status}: {error.message}"] += 1


async def _ask(client: AsyncClient, photos: list[bytes]) -> list[Answer]:
    answer = await client.recognize_faces(*photos)
    faces = [photo.faces[0] for photo in answer.photos]
    return [(face.name, face.similarity, face.box.left, face.box.top) for face in faces]


async def _score(client: AsyncClient, photo: bytes) -> list[Answer]:
    face = (await client.recognize(photo)).faces[0]
    return [(face.name or "", face.similarity or 0.0, face.box.left, face.box.top)]


async def _bad(load: Load, client: httpx.AsyncClient, chance: random.Random) -> None:
    photo = chance.choice(load.photos)[0]
    bodies: list[tuple[str, dict[str, str], bytes, int]] = [
        ("/v1/recognize", {}, photo[: len(photo) // 3], 400),
        ("/v1/recognize", {}, chance.randbytes(5000), 400),
        ("/v1/recognize", _FORM, b"--x\r\n" + chance.randbytes(300), 400),
        ("/v1/recognize", _JSON, b'{"photos": [' * 2000, 400),
        ("/score", _JSON, b'{"input_bytes": "AAAA"}', 400),
        ("/score", _JSON, b'{"input_bytes": NaN}', 400),
        ("/score", {"content-type": "text/html"}, b"<p>", 415),
        ("/v1/nothing", {}, b"", 404),
    ]
    if chance.random() < 0.2:
        await _hang_up(load, photo)
        return
    path, headers, body, expected = chance.choice(bodies)
    try:
        response = await client.post(path, content=body, headers=headers)
    except httpx.TransportError as error:
        load.findings.faults[f"no answer: {error!r}"] += 1
        return
    if response.status_code in (expected, httpx.codes.TOO_MANY_REQUESTS):
        load.findings.answered["bad requests refused"] += 1
    else:
        load.findings.faults[f"{path} got {response.status_code}, expected {expected}"] += 1


async def _hang_up(load: Load, photo: bytes) -> None:
    address = httpx.URL(load.url)
    _, writer = await asyncio.open_connection(address.host, address.port)
    head = f"POST /v1/recognize HTTP/1.1\r\nHost: x\r\nContent-Length: {len(photo)}\r\n\r\n"
    writer.write(head.encode() + photo)
    with contextlib.suppress(OSError):
        await writer.drain()
    writer.close()
    load.findings.answered["clients that hung up"] += 1


def _photo(name: str, number: int, width: int) -> bytes:
    picture = Image.fromarray(draw_photo(member(name), number))
    height = round(picture.height * width / picture.width)
    file = io.BytesIO()
    picture.resize((width, height), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()


def _check_distinct(answers: list[Answer]) -> None:
    for position, one in enumerate(answers):
        if any(_alike(one, other) for other in answers[:position]):
            sys.exit("two photos have the same answer: a mix-up could not be seen")


def _alike(one: Answer, other: Answer) -> bool:
    numbers = zip(one[1:], other[1:], strict=True)
    return one[0] == other[0] and all(abs(a - b) < _CLOSE for a, b in numbers)


if __name__ == "__main__":
    main()
