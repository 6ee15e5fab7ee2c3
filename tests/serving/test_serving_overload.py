"""Far more requests than can be answered: the rest is shed, and what is accepted is right."""

import base64
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from serving_process import SECONDS, ServingProcess, write_script

from facewright.client import Client, Retries

_SCRIPT = """
import time

def run(input_bytes):
    time.sleep(0.02)
    return input_bytes
"""
_CLIENTS, _EACH, _QUEUE = 40, 15, 4


def test_the_rest_is_told_to_come_back_and_the_accepted_are_answered_rightly(
    tmp_path: Path,
) -> None:
    """Forty clients without patience, at a server that holds five requests."""
    script = write_script(tmp_path, _SCRIPT)
    server = ServingProcess(script, ("--workers", 1, "--queue", _QUEUE))

    def ask(number: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        with server.client() as client:
            for turn in range(_EACH):
                response = server.score(client, f"{number}-{turn}")
                statuses[response.status_code] += 1
                if response.status_code == 200:
                    assert response.json() == f"{number}-{turn}"
                else:
                    assert response.json()["code"] == "overloaded"
                    assert 1 <= int(response.headers["retry-after"]) <= 30
        return statuses

    try:
        server.start()
        with ThreadPoolExecutor(_CLIENTS) as pool:
            statuses = sum(pool.map(ask, range(_CLIENTS)), Counter[int]())
        assert set(statuses) == {200, 429}
        assert statuses[200] >= _QUEUE
        assert statuses[429] > statuses[200]
        metrics = httpx.get(f"{server.url}/metrics", trust_env=False, timeout=SECONDS).text
        [shed] = [
            line
            for line in metrics.splitlines()
            if line.startswith("facewright_inference_shed_total")
        ]
        assert float(shed.split()[-1]) == statuses[429]
    finally:
        server.end()


def test_clients_with_patience_all_get_their_answer(tmp_path: Path) -> None:
    script = write_script(
        tmp_path,
        _SCRIPT.replace("return input_bytes", "return '{\"index\": \"' + input_bytes + '\"}'"),
    )
    server = ServingProcess(script, ("--workers", 1, "--queue", 2))

    def ask(number: int) -> str:
        with Client(server.url, timeout=SECONDS, retries=Retries(attempts=50)) as client:
            return client.recognize(b"%03d" % number).index

    try:
        server.start()
        with ThreadPoolExecutor(12) as pool:
            found = list(pool.map(ask, range(12)))

        assert found == [base64.b64encode(b"%03d" % number).decode() for number in range(12)]
    finally:
        server.end()
