import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.serving import request_id
from facewright.serving.batcher import Batcher
from facewright.serving.compute import Compute
from facewright.serving.limits import Limits
from facewright.serving.metrics import Metrics
from facewright.serving.problems import RefusalError

MAX_WEIGHT = 6
METRICS = Metrics()


class Work:
    """Doubles numbers, a batch at a time, once it is let; some are poison."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        self.entered = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.entered.set()
        assert self.go.wait(60)
        if any(item < 0 for item in items):
            raise ValueError(f"poison in {list(items)}")
        return [2 * item for item in items]


@contextmanager
def computing(limits: Limits | None = None) -> Iterator[Compute]:
    compute = Compute(limits or Limits(waiting=1000), METRICS)
    try:
        yield compute
    finally:
        compute.close()


def run_held(
    scenario: Callable[[Batcher[int, int], Work], Coroutine[Any, Any, Any]],
    limits: Limits | None = None,
) -> Work:
    """Run a scenario while the compute thread is held up by the item 0."""
    work = Work()

    async def main() -> None:
        with computing(limits) as compute:
            batcher = Batcher(compute, work, name="double", max_weight=MAX_WEIGHT)
            first = asyncio.ensure_future(batcher.submit(0))
            await asyncio.to_thread(work.entered.wait, 60)
            await scenario(batcher, work)
            work.go.set()
            assert await first == 0

    asyncio.run(main())
    return work


async def queued(*submissions: Coroutine[Any, Any, Any]) -> "list[asyncio.Task[Any]]":
    tasks = [asyncio.ensure_future(submission) for submission in submissions]
    await asyncio.sleep(0)
    return tasks


def test_what_waits_is_computed_together_up_to_the_weight_in_order() -> None:
    async def scenario(batcher: Batcher[int, int], work: Work) -> None:
        tasks = await queued(*(batcher.submit(n, weight=2) for n in (1, 2, 3, 4)))
        work.go.set()
        assert await asyncio.gather(*tasks) == [2, 4, 6, 8]

    assert run_held(scenario).batches == [[0], [1, 2, 3], [4]]


def test_an_item_heavier_than_a_batch_goes_alone() -> None:
    async def scenario(batcher: Batcher[int, int], work: Work) -> None:
        tasks = await queued(*(batcher.submit(n, weight=w) for n, w in [(1, 1), (2, 50), (3, 1)]))
        work.go.set()
        assert await asyncio.gather(*tasks) == [2, 4, 6]

    assert run_held(scenario).batches == [[0], [1], [2], [3]]


def test_a_poisonous_item_fails_alone() -> None:
    async def scenario(batcher: Batcher[int, int], work: Work) -> None:
        tasks = await queued(*(batcher.submit(n) for n in (1, -2, 3)))
        work.go.set()
        one, two, three = await asyncio.gather(*tasks, return_exceptions=True)
        assert (one, three) == (2, 6)
        assert isinstance(two, ValueError)
        assert str(two) == "poison in [-2]"

    run_held(scenario)


@pytest.mark.parametrize("answers", [[], [1, 2, 3]])
def test_another_number_of_answers_reaches_nobody(answers: list[int]) -> None:
    async def main() -> None:
        with computing() as compute:
            batcher: Batcher[int, int] = Batcher(compute, lambda _: answers, name="bad")
            with pytest.raises(RuntimeError, match=f"bad gave {len(answers)} answers to 1 items"):
                await batcher.submit(1)

    asyncio.run(main())


def test_an_answer_that_is_an_exception_goes_to_its_caller() -> None:
    async def main() -> None:
        with computing() as compute:
            batcher: Batcher[int, int] = Batcher(compute, lambda _: [KeyError("x")], name="bad")
            with pytest.raises(KeyError):
                await batcher.submit(1)

    asyncio.run(main())


def test_a_full_queue_refuses() -> None:
    async def scenario(batcher: Batcher[int, int], work: Work) -> None:
        tasks = await queued(batcher.submit(1), batcher.submit(2))
        with pytest.raises(RefusalError) as refused:
            await batcher.submit(3)
        assert refused.value.status == 429
        assert refused.value.headers == {"retry-after": "1"}
        work.go.set()
        assert await asyncio.gather(*tasks) == [2, 4]

    run_held(scenario, Limits(waiting=2))


def test_an_item_whose_time_is_over_is_never_computed() -> None:
    async def scenario(batcher: Batcher[int, int], work: Work) -> None:
        with pytest.raises(RefusalError) as refused:
            await batcher.submit(1, seconds=0.01)
        assert refused.value.status == 504

    assert run_held(scenario).batches == [[0]]


def test_kinds_of_work_share_the_thread_and_never_a_batch() -> None:
    inside, most = 0, 0

    def work(items: Sequence[str]) -> list[str]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        assert len(set(items)) == 1
        inside -= 1
        return list(items)

    async def main() -> None:
        with computing() as compute:
            kinds = {k: Batcher(compute, work, name=k, max_weight=8) for k in "ab"}
            wanted = [k for _ in range(50) for k in "ab"]
            got = await asyncio.gather(*(kinds[k].submit(k) for k in wanted))
            assert got == wanted

    asyncio.run(main())
    assert most == 1


def test_work_for_one_request_knows_its_id() -> None:
    async def main() -> str:
        request_id.current.set("mine")
        with computing() as compute:
            batcher: Batcher[int, str] = Batcher(
                compute, lambda _: [request_id.current.get()], name="id"
            )
            return await batcher.submit(1)

    assert asyncio.run(main()) == "mine"


def test_a_batch_may_be_given_time_to_fill() -> None:
    batches: list[list[int]] = []

    def work(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        return list(items)

    async def main() -> None:
        with computing(Limits(batch_wait_seconds=60)) as compute:
            batcher = Batcher(compute, work, name="late", max_weight=2)
            first = asyncio.ensure_future(batcher.submit(1))
            await asyncio.sleep(0.05)
            assert await batcher.submit(2) == 2
            assert await first == 1

    asyncio.run(main())
    assert batches == [[1, 2]]


requests = st.lists(
    st.tuples(
        st.integers(1, 10),  # weight
        st.sampled_from(["stay", "stay", "stay", "poison", "leave now", "leave soon"]),
        st.integers(0, 3),  # turns of the loop before it comes
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(requests)
def test_answers_are_never_mixed_and_order_is_kept(
    wanted: list[tuple[int, str, int]],
) -> None:
    batches: list[list[int]] = []

    def work(items: Sequence[int]) -> list[str]:
        batches.append(list(items))
        if any(wanted[item][1] == "poison" for item in items):
            raise ValueError(str(items))
        return [f"answer to {item}" for item in items]

    async def client(batcher: Batcher[int, str], number: int) -> str:
        weight, what, turns = wanted[number]
        for _ in range(turns):
            await asyncio.sleep(0)
        task = asyncio.ensure_future(batcher.submit(number, weight))
        if what.startswith("leave"):
            await asyncio.sleep(0 if what == "leave now" else 0.0005)
            task.cancel()
        return await task

    async def main() -> list[Any]:
        with computing() as compute:
            batcher: Batcher[int, str] = Batcher(
                compute, work, name="property", max_weight=MAX_WEIGHT
            )
            clients = (client(batcher, number) for number in range(len(wanted)))
            return await asyncio.gather(*clients, return_exceptions=True)

    answers = asyncio.run(main())

    for number, (answer, (_, what, _)) in enumerate(zip(answers, wanted, strict=True)):
        if what == "poison":
            assert isinstance(answer, ValueError)
            assert str(answer) == f"[{number}]"
        elif what == "stay" or not isinstance(answer, asyncio.CancelledError):
            assert answer == f"answer to {number}"
    for batch in batches:
        assert len(batch) == 1 or sum(wanted[item][0] for item in batch) <= MAX_WEIGHT
    assert_order_kept(batches, wanted)


def assert_order_kept(batches: list[list[int]], wanted: list[tuple[int, str, int]]) -> None:
    """Those who came in the same turn are computed in the order they came."""
    first_seen = list(dict.fromkeys(item for batch in batches for item in batch))
    for turn in range(4):
        came = [item for item in first_seen if wanted[item][2] == turn]
        assert came == sorted(came)
