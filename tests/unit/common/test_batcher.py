"""The batcher: who is written with whom, and what each caller is told."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from sixclear.common.batcher.batcher import Batcher, NotWritten
from sixclear.common.batcher.queue import Limits
from sixclear.common.errors import Unavailable
from sixclear.common.testing.eventually import eventually

Text = Batcher[str, str]


class Store:
    """Stands for a database: takes batches, and holds each until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = asyncio.Event()
        self.go.set()
        self.fails: Callable[[Sequence[str]], Exception | None] = lambda _: None

    async def begun(self, count: int) -> None:
        """Return once so many batches came."""

        async def came() -> bool:
            return len(self.batches) >= count

        await eventually(came, every_seconds=0.001)

    async def write(self, commands: Sequence[str]) -> list[str]:
        self.batches.append(list(commands))
        await self.go.wait()
        if (error := self.fails(commands)) is not None:
            raise error
        return [f"{one}!" for one in commands]


def _batcher(store: Store, limits: Limits | None = None, in_flight: int = 1) -> Text:
    return Batcher("test", "texts", store.write, lambda text: (text[0],), limits=limits, in_flight=in_flight)


async def _all(batcher: Text, *commands: str) -> list[str | BaseException]:
    return await asyncio.gather(*map(batcher.run, commands), return_exceptions=True)


@pytest.mark.asyncio
async def test_what_comes_together_is_written_together() -> None:
    store = Store()
    assert await _all(_batcher(store), "a1", "b1", "c1") == ["a1!", "b1!", "c1!"]
    assert store.batches == [["a1", "b1", "c1"]]


@pytest.mark.asyncio
async def test_what_arrives_while_a_batch_is_written_is_the_next_one() -> None:
    store = Store()
    batcher = _batcher(store)
    store.go.clear()
    first = asyncio.create_task(batcher.run("a1"))
    await store.begun(1)
    others = asyncio.create_task(_all(batcher, "a2", "b1", "a3"))
    await asyncio.sleep(0)
    store.go.set()
    assert await first == "a1!"
    assert await others == ["a2!", "b1!", "a3!"]
    assert store.batches == [["a1"], ["a2", "b1"], ["a3"]]


@pytest.mark.asyncio
async def test_two_in_flight_share_no_key() -> None:
    store = Store()
    batcher = _batcher(store, Limits(batch=1), in_flight=2)
    store.go.clear()
    told = asyncio.create_task(_all(batcher, "a1", "a2", "b1"))
    await store.begun(2)
    assert store.batches == [["a1"], ["b1"]]
    store.go.set()
    assert await told == ["a1!", "a2!", "b1!"]


@pytest.mark.asyncio
async def test_one_that_cannot_be_written_fails_alone() -> None:
    store = Store()
    store.fails = lambda commands: NotWritten() if "f1" in commands else None
    names = [f"{letter}1" for letter in "abcdefghij"]
    told = await _all(_batcher(store), *names)
    assert [one for one in told if isinstance(one, BaseException)] == [told[5]]
    assert isinstance(told[5], NotWritten)
    assert len(store.batches) <= 2 * 4 + 1


@pytest.mark.asyncio
async def test_an_unknown_outcome_is_unavailable_to_all() -> None:
    store = Store()
    store.fails = lambda _: ConnectionResetError()
    told = await _all(_batcher(store), "a1", "b1")
    assert [type(one) for one in told] == [Unavailable, Unavailable]
    assert store.batches == [["a1", "b1"]], "what may be stored is not written again"


@pytest.mark.asyncio
async def test_a_caller_that_leaves_takes_nothing_from_its_neighbours() -> None:
    store = Store()
    batcher = _batcher(store)
    store.go.clear()
    taken, neighbour = asyncio.create_task(batcher.run("a1")), asyncio.create_task(batcher.run("b1"))
    await store.begun(1)
    waiting = asyncio.create_task(batcher.run("c1"))
    await asyncio.sleep(0)
    taken.cancel()
    waiting.cancel()
    store.go.set()
    assert await neighbour == "b1!"
    with pytest.raises(asyncio.CancelledError):
        await taken
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert store.batches == [["a1", "b1"]], "one in a batch is written, one that waits is not"


@pytest.mark.asyncio
async def test_a_full_queue_refuses_before_anything_is_read() -> None:
    store = Store()
    batcher = _batcher(store, Limits(batch=1, waiting=2))
    store.go.clear()
    tasks = [asyncio.create_task(batcher.run("a1"))]
    await store.begun(1)
    tasks += [asyncio.create_task(batcher.run(one)) for one in ("b1", "c1")]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        batcher.require_room()
    assert refused.value.headers["Retry-After"] == "1"
    store.go.set()
    assert await asyncio.gather(*tasks) == ["a1!", "b1!", "c1!"]
    batcher.require_room()


@pytest.mark.asyncio
async def test_a_stop_finishes_what_was_taken_and_refuses_newcomers() -> None:
    store = Store()
    batcher = _batcher(store, Limits(batch=1))
    store.go.clear()
    told = asyncio.create_task(_all(batcher, "a1", "b1"))
    await store.begun(1)
    stopped = asyncio.create_task(batcher.stop())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await batcher.run("c1")
    store.go.set()
    await stopped
    assert await told == ["a1!", "b1!"]


@pytest.mark.asyncio
async def test_a_stop_has_a_deadline() -> None:
    store = Store()
    batcher = _batcher(store, Limits(batch=1))
    store.go.clear()
    told = asyncio.create_task(_all(batcher, "a1", "b1"))
    await store.begun(1)
    await batcher.stop(deadline_seconds=0.01)
    assert [type(one) for one in await told] == [Unavailable, Unavailable]


@pytest.mark.asyncio
async def test_a_fault_in_one_batch_does_not_end_the_next_one() -> None:
    store = Store()
    batcher = _batcher(store)
    store.fails = lambda _: ZeroDivisionError()
    assert [type(one) for one in await _all(batcher, "a1")] == [Unavailable]
    store.fails = lambda _: None
    assert await _all(batcher, "a2") == ["a2!"]


@pytest.mark.asyncio
async def test_a_caller_that_comes_again_in_the_same_turn_is_written() -> None:
    batcher = _batcher(Store())
    async with asyncio.timeout(10):
        assert [await batcher.run(f"a{number}") for number in range(3)] == ["a0!", "a1!", "a2!"]
