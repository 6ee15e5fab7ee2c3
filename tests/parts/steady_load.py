"""Constant load from a process of its own: ``python steady_load.py URL FILE RATE`` reads keys.

Every line on stdin is a key, which the requests after it are sent with. Half of the clients keep
their connections. What came of the requests is written to FILE as JSON when stdin ends.
"""

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx

_CLIENTS = 4


class Seen:
    """What the clients saw, and the key they use."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self.stop = threading.Event()


def call(url: str, seen: Seen, pause: float, keep: bool) -> None:
    """Call a service again and again."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        while not seen.stop.wait(pause):
            headers = {"authorization": f"Bearer {seen.key}"}
            if not keep:
                headers["connection"] = "close"
            try:
                answer = client.post(url, json={"input_bytes": "x" * 5000}, headers=headers)
                answer.raise_for_status()
                seen.answers[str(answer.json()["answer"])] += 1
            except Exception as error:
                seen.failures.append(f"{time.strftime('%X')} {error!r}")


def main(url: str, file: Path, rate: float) -> None:
    """Call a service until stdin ends."""
    seen = Seen(sys.stdin.readline().strip())
    pause = _CLIENTS / rate
    threads = [
        threading.Thread(target=call, args=(url, seen, pause, number % 2 == 0))
        for number in range(_CLIENTS)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for line in sys.stdin:
        if line.strip():
            seen.key = line.strip()
        _tell(file, seen, began)
    seen.stop.set()
    for thread in threads:
        thread.join()
    _tell(file, seen, began)


def _tell(file: Path, seen: Seen, began: float) -> None:
    told = {
        "answers": dict(seen.answers),
        "failures": seen.failures[:20],
        "failed": len(seen.failures),
        "seconds": time.monotonic() - began,
    }
    made = file.with_suffix(".new")
    made.write_text(json.dumps(told))
    made.replace(file)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
