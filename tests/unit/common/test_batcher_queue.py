"""The queue of a batcher, on a clock that the test moves."""

from collections import defaultdict
from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.batcher.queue import Batch, CommandQueue, Limits

Command = tuple[int, tuple[Hashable, ...]]
_KEYS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=3, unique=True).map(tuple)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), _KEYS),
        st.tuples(st.just("take"), st.none()),
        st.tuples(st.just("done"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.floats(0.001, 3.0)),
        st.tuples(st.just("leave"), st.integers(0, 30)),
    ),
    max_size=120,
)


class _Trial:
    """A queue, and what a reader of its promises would expect of it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.queue: CommandQueue[Command] = CommandQueue(limits)
        self.now = 0.0
        self.flying: list[Batch[Command]] = []
        self.came: dict[Hashable, list[int]] = defaultdict(list)
        self.written: dict[Hashable, list[int]] = defaultdict(list)
        self.entries: list[object] = []
        self.left: set[int] = set()
        self.number = 0

    def put(self, keys: tuple[Hashable, ...]) -> None:
        if self.queue.is_full(self.now):
            return
        self.number += 1
        self.entries.append(self.queue.put((self.number, keys), keys, self.now))
        for key in keys:
            self.came[key].append(self.number)

    def leave(self, place: int) -> None:
        if place >= len(self.entries):
            return
        entry = self.entries[place]
        if self.queue.drop(entry):  # type: ignore[arg-type]
            self.left.add(entry.command[0])  # type: ignore[attr-defined]

    def take(self) -> None:
        batch = self.queue.take(self.now)
        if batch is None:
            return
        held = [key for flying in self.flying for entry in flying.entries for key in entry.keys]
        keys = [key for entry in batch.entries for key in entry.keys]
        assert len(set(keys)) == len(keys), "a key stands in a batch once"
        assert set(keys).isdisjoint(held), "a key is written by one batch at a time"
        assert 1 <= len(batch.entries) <= self.limits.batch
        for entry in batch.entries:
            for key in entry.keys:
                self.written[key].append(entry.command[0])
        self.flying.append(batch)

    def done(self, place: int) -> None:
        if place < len(self.flying):
            self.queue.done(self.flying.pop(place), self.now)

    def drain(self) -> None:
        while self.flying or len(self.queue):
            before = len(self.queue)
            self.take()
            assert self.flying or len(self.queue) < before, "what waits is written in the end"
            while self.flying:
                self.done(0)


@given(_STEPS, st.integers(1, 5), st.integers(1, 8))
def test_each_key_is_written_once_at_a_time_and_in_order(
    steps: list[tuple[str, object]], batch: int, most: int
) -> None:
    trial = _Trial(Limits(batch=batch, waiting=most))
    for step, value in steps:
        if step == "wait":
            trial.now += value  # type: ignore[operator]
        elif step == "take":
            trial.take()
        else:
            getattr(trial, step)(value)
        assert len(trial.queue) <= most
    trial.drain()
    for key, came in trial.came.items():
        assert trial.written[key] == [number for number in came if number not in trial.left]


def _busy(seconds: float, waiting: int, limits: Limits) -> CommandQueue[Command]:
    """A queue whose last full batch took so long, with a batch in flight since 0 and so many waiting."""
    queue: CommandQueue[Command] = CommandQueue(limits)
    for number in range(limits.batch):
        queue.put((number, (number,)), (number,), -seconds)
    first = queue.take(-seconds)
    assert first is not None
    queue.done(first, 0.0)
    queue.put((-1, ("flying",)), ("flying",), 0.0)
    assert queue.take(0.0) is not None
    for number in range(waiting):
        queue.put((number, (number,)), (number,), 0.0)
    return queue


def test_the_wait_that_a_newcomer_expects_grows_with_the_batches_before_it() -> None:
    limits = Limits(batch=10, waiting=1000)
    assert _busy(0.1, 0, limits).expected_wait(0.0) == 0.1 + 0.1
    assert round(_busy(0.1, 25, limits).expected_wait(0.06), 6) == round(0.04 + 0.3, 6)


def test_it_is_full_by_count() -> None:
    queue = _busy(0.001, 20, Limits(batch=10, waiting=20))
    assert queue.is_full(0.0)


def test_it_is_full_when_a_newcomer_would_wait_too_long_behind_more_than_a_batch() -> None:
    limits = Limits(batch=10, waiting=1000, wait_seconds=0.25)
    assert not _busy(0.1, 9, limits).is_full(0.0)
    assert _busy(0.1, 20, limits).is_full(0.0)


def test_a_pause_of_the_server_refuses_nobody_while_the_queue_is_short() -> None:
    limits = Limits(batch=10, waiting=1000, wait_seconds=0.25, stuck_seconds=2.0)
    queue = _busy(0.01, 5, limits)
    assert not queue.is_full(1.0)
    assert queue.is_full(2.1), "a server that is stuck refuses all the same"


def test_an_idle_queue_is_never_full() -> None:
    queue = _busy(9.0, 0, Limits(batch=10, waiting=1000))
    queue = CommandQueue(Limits(batch=10))
    assert not queue.is_full(100.0)
