"""Load shedding: how many are taken, what becomes of the others, and a story on a made-up clock."""

import pytest
from tests.unit.launcher.overloaded_server import Overloaded

from sixclear.common.web.hot_front import HotRoutes
from sixclear.launcher.shedding import FIRST, LEAST, SHED, Lane, Lanes, Place, Shedding

# What the database of the story stores in a second, 64 at a time.
CAPACITY = 64 / (0.005 + 0.0003 * 64)
# What 32 clients get at most, each of which waits for its answer: the peak of `make bench ONLY=latency`.
PEAK = 32 / (0.005 + 0.0003 * 32)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lane(clock: Clock, wait_seconds: float = 0.1, most: int = 1_000) -> Lane:
    return Lane("toys", "ordinary", least=10, most=most, wait_seconds=wait_seconds, monotonic=clock)


def work(one: Lane, clock: Clock, rate: int, seconds: float, in_work: int) -> None:
    """So many are in work, and `rate` a second are answered."""
    while one.in_work < in_work:
        one.begin()
    for _ in range(int(rate * seconds)):
        clock.now += 1 / rate
        one.end()
        one.refuses()
        one.begin()
    while one.in_work:
        one.end()


def begin(one: Lane, times: int) -> None:
    for _ in range(times):
        one.begin()


def test_as_many_are_taken_as_are_answered_in_the_time_that_one_may_wait() -> None:
    clock = Clock()
    one = lane(clock)
    assert one.bound == FIRST
    work(one, clock, rate=500, seconds=2, in_work=60)
    assert one.bound == pytest.approx(50, abs=2)
    begin(one, 45)
    assert not one.refuses()
    begin(one, 10)
    assert one.refuses()


def test_few_are_never_refused_and_never_more_than_the_setting_are_taken() -> None:
    clock = Clock()
    one = lane(clock, most=200)
    work(one, clock, rate=20, seconds=5, in_work=12)
    assert one.bound == 10
    begin(one, 9)
    assert not one.refuses()
    work(one, clock, rate=50_000, seconds=2, in_work=100)
    assert one.bound == 200


def test_a_lane_with_little_to_do_is_not_thought_slow() -> None:
    clock = Clock()
    one = lane(clock)
    work(one, clock, rate=500, seconds=2, in_work=60)
    for _ in range(100):
        one.begin()
        clock.now += 1
        one.end()
    begin(one, 11)
    assert not one.refuses()
    assert one.bound == pytest.approx(50, abs=2)


def test_what_stands_still_takes_no_more_than_the_least() -> None:
    clock = Clock()
    one = lane(clock)
    work(one, clock, rate=500, seconds=2, in_work=60)
    begin(one, 40)
    for _ in range(30):
        clock.now += 0.1
        one.refuses()
    assert one.bound == 10
    assert one.refuses()


def test_refusals_are_counted_by_service_and_way() -> None:
    one = lane(Clock(), most=1)
    before = SHED.labels("toys", "ordinary")._value.get()
    one.begin()
    assert one.refuses()
    assert SHED.labels("toys", "ordinary")._value.get() == before + 1


def test_a_place_is_taken_once_and_given_back_once() -> None:
    one = lane(Clock())
    place = Place(one)
    for _ in range(2):
        place.take()
    assert one.in_work == 1
    for _ in range(2):
        place.give_back()
    place.take()
    assert one.in_work == 0


async def _nothing(*_: object) -> None: ...


def test_free_paths_and_what_no_service_answers_have_no_lane() -> None:
    lanes = Lanes.of("toys", 100, HotRoutes())
    shedding = Shedding({_nothing: lanes}, {"/api": _nothing, "/livez": _nothing}.get, lambda path: path == "/livez")
    assert shedding.lane_of("GET", "/api") is lanes.ordinary
    assert shedding.lane_of("GET", "/livez") is None
    assert shedding.lane_of("GET", "/elsewhere") is None


def test_a_service_that_waits_for_others_may_have_more_in_work() -> None:
    assert Lanes.of("pages", 1_024, waits_for_others=True).ordinary._least == FIRST
    assert Lanes.of("toys", 1_024).ordinary._least == LEAST
    assert Lanes.of("toys", 8).ordinary._least == 8


def nothing_is_lost(server: Overloaded) -> None:
    """What was acknowledged is stored; what was refused was not even begun."""
    assert server.acknowledged <= server.database.stored
    assert not server.refused & server.reached
    assert server.lane.in_work == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", [1, 2])
async def test_at_three_times_the_capacity_the_accepted_wait_little_longer(seed: int) -> None:
    server = Overloaded(seed)
    await server.run(0.5, CAPACITY * 0.7)
    assert not server.refused
    normal = server.p99
    server.forget()
    await server.run(1.0, CAPACITY * 3)
    accepted = len(server.waits)
    assert server.p99 <= 3 * normal
    assert accepted >= 0.9 * PEAK
    await server.drain()
    refused = len(server.refused)
    server.forget()
    await server.run(0.5, CAPACITY * 0.7)
    assert len(server.refused) == refused, "after the burst nothing is refused"
    assert server.p99 <= 1.5 * normal
    await server.drain()
    nothing_is_lost(server)


@pytest.mark.asyncio
async def test_a_database_that_becomes_slow_or_stuck_refuses_newcomers_and_recovers() -> None:
    server = Overloaded(3)
    await server.run(0.3, CAPACITY * 0.7)
    server.database.slow = 10
    await server.run(1.5, CAPACITY * 0.7)
    assert server.lane.bound == LEAST
    assert server.lane.in_work <= LEAST
    server.database.slow, server.database.stuck = 1, True
    await server.run(1.5, CAPACITY * 0.7)
    assert server.lane.in_work <= LEAST, "few wait for what may never come"
    server.database.stuck = False
    await server.drain()
    await server.run(0.5, CAPACITY * 0.7)
    refused = len(server.refused)
    server.forget()
    await server.run(0.5, CAPACITY * 0.7)
    assert len(server.refused) == refused
    assert server.p99 < 0.1
    await server.drain()
    nothing_is_lost(server)


@pytest.mark.asyncio
async def test_a_loop_that_is_busy_takes_no_more_than_it_answers() -> None:
    server = Overloaded(4)
    await server.run(0.3, CAPACITY * 0.7)
    server.forget()
    await server.run(1.0, CAPACITY, turn_seconds=0.05)
    assert server.refused
    assert max(server.waits) < 0.3, "a few turns, and not the whole second"
    await server.drain()
    nothing_is_lost(server)


@pytest.mark.asyncio
async def test_on_ordinary_routes_the_accepted_wait_a_quarter_of_a_second_at_most() -> None:
    server = Overloaded(5, together=False)
    server.database.slow = 0.3
    capacity = 1 / 0.004  # a change takes 1.6 ms, and is looked at in turns
    await server.run(1.0, capacity * 3)
    server.forget()
    await server.run(2.0, capacity * 3)
    assert server.refused
    assert server.p99 <= 0.3
    await server.drain()
    refused = len(server.refused)
    await server.run(0.5, capacity * 0.7)
    assert len(server.refused) == refused
    await server.drain()
    nothing_is_lost(server)
