"""A service in a real cluster under constant load: whatever is done to it, no request fails."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cluster_bench import ClusterBench, SteadyLoad, cluster_bench
from cluster_part import TestCluster, shared_cluster
from service_images import Shelf, script
from waiting_part import until

from facewright.errors import EngineError
from facewright.management.images.cluster import send_image

logger = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def cluster(run_folder: Path) -> Iterator[TestCluster]:
    with shared_cluster(run_folder) as cluster:
        yield cluster


@pytest.fixture
def bench(cluster: TestCluster, run_folder: Path, tmp_path: Path) -> Iterator[ClusterBench]:
    shelf = Shelf(run_folder / "images-cluster", cluster.docker_host)
    with cluster_bench(cluster, tmp_path / "data", shelf) as bench:
        bench.clusters.setup(bench.settings(bench.account()), None, {})
        bench.environments.set("office")
        yield bench


def statuses(url: str, *keys: str) -> list[int]:
    headers = [{"authorization": f"Bearer {key}"} if key else {} for key in keys]
    body = {"input_bytes": "x"}
    return [httpx.post(f"{url}/score", json=body, headers=each).status_code for each in headers]


def test_no_request_fails_whatever_happens(bench: ClusterBench, tmp_path: Path) -> None:
    one, two = bench.image(script("one")), bench.image(script("two"))
    id = bench.create("doors", one)
    base, keys = bench.services.address(id).base, bench.services.keys_of(id)
    load = SteadyLoad(base, keys.secondary, tmp_path / "load.json")
    try:
        load.check("from the start", "one")
        bench.update(id, two)
        load.check("another image", "two")
        bench.update(id, replicas=3)
        assert bench.ready(id) == 3
        load.check("three replicas", "two")

        bench.cluster.kubectl("delete", "pod", bench.one_ready(id), "-n", bench.namespace)
        until(lambda: bench.ready(id) == 3)
        load.check("a pod deleted", "two")

        renewed = bench.services.regenerate(id, "primary")
        assert renewed.secondary == keys.secondary
        load.key(renewed.primary)
        assert statuses(base, *[renewed.primary] * 12) == [200] * 12
        load.check("another primary key", "two")
        renewed = bench.services.regenerate(id, "secondary")
        load.check("another secondary key", "two")
        until(lambda: set(statuses(base, *[keys.primary] * 6)) == {401})
        until(lambda: set(statuses(base, *[keys.secondary] * 6)) == {401})

        bench.cluster.restart_api_server()
        load.check("the API server restarted", "two")
        bench.update(id, replicas=1)
        load.check("one replica", "two")

        check_bad_images(bench, id, load, (one, two))
        bench.services.rollback(id, bench.hear)
        load.check("the image before", "one")
    finally:
        told = load.end()
    assert told["failed"] == 0, told
    logger.info("what the clients saw: %s", told)
    assert isinstance(told["answers"], dict)
    assert set(told["answers"]) == {"one", "two"}


def timed(action: Callable[[], None]) -> None:
    """Do something, and log how long it took."""
    began = time.monotonic()
    try:
        action()
    finally:
        logger.info("rolled back after %.0f s", time.monotonic() - began)


def check_bad_images(bench: ClusterBench, id: str, load: SteadyLoad, good: tuple[str, str]) -> None:
    """Images that cannot serve are taken back by themselves, and it is said why."""
    raises = bench.image(script("bad", init="raise ValueError('no weights here')"))
    with pytest.raises(EngineError, match="(?s)ended again and again.*no weights here"):
        timed(lambda: bench.update(id, raises))
    load.check("an image whose init() raises", "two")

    gone, missing = bench.image(script("gone")), f"{bench.cluster.registry}/gone@sha256:{'0' * 64}"
    bench.send = lambda *anything: missing
    with pytest.raises(EngineError, match=f"(?s)ImagePullBackOff.*{missing}"):
        timed(lambda: bench.update(id, gone))
    bench.send = send_image
    load.check("an image that is not there", "two")

    bench.within(15)
    slow = bench.image(script("slow", init="import time; print('loading'); time.sleep(1e4)"))
    with pytest.raises(EngineError, match="(?s)not ready within 15 s.*loading"):
        timed(lambda: bench.update(id, slow))
    bench.within(120)
    load.check("an image that is never ready", "two")
    assert bench.services.show(id).state == "Succeeded"
    assert {each.image_id for each in bench.services.deployments(id)} == {*good}
    until(lambda: len(bench.pods()) == 1)
