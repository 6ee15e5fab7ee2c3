"""Constant load on a service: clients that keep their connections, and clients that do not."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from waiting_part import until


@dataclass
class Load:
    """What clients saw.

    Attributes:
        answers: How often each answer came.
        failures: What else came.
    """

    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def wait_for(self, answer: str, more: int = 20) -> None:
        """Wait until an answer came some more times."""
        before = self.answers[answer]
        until(lambda: self.answers[answer] >= before + more or self.failures)


def answers(url: str) -> bool:
    """Return whether a service answers, rather than coming back."""
    try:
        found = httpx.post(f"{url}/score", json={"input_bytes": "x"}, trust_env=False, timeout=60)
    except httpx.HTTPError:
        return False
    return found.status_code == httpx.codes.OK


@contextmanager
def load(url: str, key: str = "") -> Iterator[Load]:
    """Call a service again and again while the block runs."""
    seen, stop = Load(), threading.Event()
    threads = [threading.Thread(target=_call, args=(url, key, seen, stop, n < 2)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _call(url: str, key: str, seen: Load, stop: threading.Event, keep: bool) -> None:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    if not keep:
        headers["connection"] = "close"
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client:
        while not stop.wait(0.01):
            try:
                answer = client.post("/score", json={"input_bytes": "x" * 20_000})
                answer.raise_for_status()
                seen.answers[str(answer.json()["answer"])] += 1
            except Exception as error:  # whatever it is, the test names it
                seen.failures.append(repr(error))
