"""The supervisor: order, undoing of half a start, deadlines, readiness, whose log line it is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp

from sixclear.common.events.log import EventLog
from sixclear.common.runtime.supervisor import Supervisor
from sixclear.common.runtime.target import Check, StreamState


@dataclass
class FakeTarget:
    """Notes what happens to it."""

    name: str
    notes: list[str]
    fails: bool = False
    stop_seconds: float = 0.0
    prefixes: tuple[str, ...] = ("/",)
    event_log: EventLog | None = None
    app: ASGIApp = field(init=False)
    up: bool = False

    def __post_init__(self) -> None:
        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            self.notes.append(f"{self.name} enters")
            yield
            self.notes.append(f"{self.name} leaves")

        self.app = Starlette(lifespan=lifespan)

    async def start(self) -> None:
        self.notes.append(f"{self.name} starts as {structlog.contextvars.get_contextvars()['service']}")
        if self.fails:
            raise RuntimeError("no database")
        self.up = True

    async def stop(self) -> None:
        await asyncio.sleep(self.stop_seconds)
        self.notes.append(f"{self.name} stops")

    async def close_streams(self) -> None:
        self.notes.append(f"{self.name} closes streams")

    def checks(self) -> Sequence[Check]:
        return [Check("database", self.up, "waiting")]

    def streams(self) -> Sequence[StreamState]:
        return [StreamState(service=self.name, name="relay", kind="relay", running=True, lag_messages=0, lag_seconds=0)]


@pytest.mark.asyncio
async def test_starts_in_order_and_stops_streams_then_targets_then_lifespans() -> None:
    notes: list[str] = []
    supervisor = Supervisor([FakeTarget("tasks", notes), FakeTarget("portal", notes)])
    assert not any(check.ok for check in supervisor.checks())
    await supervisor.start()
    assert [check.name for check in supervisor.checks()] == ["tasks: database", "portal: database"]
    assert all(check.ok for check in supervisor.checks())
    assert len(supervisor.streams()) == 2
    await supervisor.close_streams()
    await supervisor.stop()

    for name in ("tasks", "portal"):
        assert notes.index(f"{name} enters") < notes.index(f"{name} starts as {name}") < 4
    assert set(notes[4:6]) == {"tasks closes streams", "portal closes streams"}
    assert notes.index("tasks stops") < notes.index("tasks leaves")
    assert set(notes[6:]) == {"tasks stops", "tasks leaves", "portal stops", "portal leaves"}
    assert "service" not in structlog.contextvars.get_contextvars()


class FakeConsumer(FakeTarget):
    """Notes also when it begins to read."""

    async def start_consumers(self) -> None:
        self.notes.append(f"{self.name} reads as {structlog.contextvars.get_contextvars()['service']}")
        if self.fails_to_read:
            raise RuntimeError("no position table")

    fails_to_read = False


@pytest.mark.asyncio
@pytest.mark.parametrize("backwards", [False, True])
async def test_consumers_begin_when_every_log_is_open_whatever_the_order(backwards: bool) -> None:
    notes: list[str] = []
    targets = [FakeTarget("tasks", notes), FakeConsumer("monitoring", notes), FakeTarget("feedback", notes)]
    supervisor = Supervisor(targets[::-1] if backwards else targets)
    await supervisor.start()
    await supervisor.stop()
    begun = [note for note in notes if " starts as " in note or " reads as " in note]
    assert begun[3:] == ["monitoring reads as monitoring"]
    assert sorted(begun[:3]) == [f"{name} starts as {name}" for name in ("feedback", "monitoring", "tasks")]


@pytest.mark.asyncio
async def test_a_consumer_that_cannot_begin_stops_all_that_was_started() -> None:
    notes: list[str] = []
    consumer = FakeConsumer("monitoring", notes)
    consumer.fails_to_read = True
    supervisor = Supervisor([consumer, FakeTarget("tasks", notes)])
    with pytest.raises(RuntimeError, match="no position table"):
        await supervisor.start()
    assert {"monitoring stops", "tasks stops"} <= set(notes)


@pytest.mark.asyncio
async def test_failed_start_stops_what_was_started_and_says_why() -> None:
    notes: list[str] = []
    supervisor = Supervisor([FakeTarget("tasks", notes), FakeTarget("portal", notes, fails=True)])
    with pytest.raises(RuntimeError, match="no database"):
        await supervisor.start()

    assert {"tasks stops", "tasks leaves", "portal stops", "portal leaves"} <= set(notes)


class WaitingTarget(FakeTarget):
    """Starts only as long as another one has to."""

    async def start(self) -> None:
        self.notes.append(f"{self.name} waits")
        await asyncio.Event().wait()


@pytest.mark.asyncio
async def test_a_start_that_fails_ends_those_beside_it() -> None:
    notes: list[str] = []
    supervisor = Supervisor([WaitingTarget("tasks", notes), FakeTarget("portal", notes, fails=True)])
    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError, match="no database"):
            await supervisor.start()

    assert notes.index("tasks waits") < notes.index("tasks stops")
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "tasks-start"]


@pytest.mark.asyncio
async def test_target_that_hangs_is_left_behind() -> None:
    notes: list[str] = []
    slow = FakeTarget("slow", notes, stop_seconds=30)
    supervisor = Supervisor([slow, FakeTarget("tasks", notes)], stop_seconds=0.1)
    await supervisor.start()
    started = asyncio.get_running_loop().time()
    await supervisor.stop()

    assert asyncio.get_running_loop().time() - started < 2
    assert "tasks stops" in notes
    assert "slow stops" not in notes


@pytest.mark.asyncio
async def test_lifespan_that_fails_is_an_error_and_a_missing_one_is_not() -> None:
    @asynccontextmanager
    async def broken(app: Starlette) -> AsyncIterator[None]:
        raise ValueError("bad key file")
        yield

    async def without(scope: object, receive: object, send: object) -> None:
        raise NotImplementedError

    notes: list[str] = []
    target, plain = FakeTarget("tasks", notes), FakeTarget("plain", notes)
    target.app, plain.app = Starlette(lifespan=broken), without
    with pytest.raises(RuntimeError, match="startup"):
        await Supervisor([target]).start()
    supervisor = Supervisor([plain])
    await supervisor.start()
    await supervisor.stop()
    assert notes[-2:] == ["plain starts as plain", "plain stops"]
