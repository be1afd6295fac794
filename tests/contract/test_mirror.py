"""A service's table of what another one publishes, with either bus: complete, never doubled, honest about its age."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase

from sixclear.common.bus import positions
from sixclear.common.bus.mirror import Mirror, Mirrored, find, is_complete, referenced
from sixclear.common.caller import Caller
from sixclear.common.clock import utc_now
from sixclear.common.db import new_metadata
from sixclear.common.entity import COLUMN_TYPES
from sixclear.common.errors import Unavailable
from sixclear.common.events.log import NewEvent
from sixclear.common.ids import new_id
from sixclear.common.testing.bus import BusHarness, kafka_harness, memory_harness
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.use_case import Context, ReferenceUnknown

pytestmark = pytest.mark.asyncio
GROUP = "reader.things"


class Base(DeclarativeBase):
    """The table of this file."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class Thing(Mirrored, Base):
    """A thing of another service."""

    __tablename__ = "mirrored_thing"


@pytest_asyncio.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
async def harness(request: pytest.FixtureRequest, empty_database: EmptyDatabase) -> AsyncIterator[BusHarness]:
    if request.param == "memory":
        made = memory_harness(await empty_database())
    else:
        server = request.getfixturevalue("kafka_server")
        made = kafka_harness(await empty_database(), server.bootstrap_servers)
    async with made as harness:
        async with harness.database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield harness


def mirror_of(harness: BusHarness) -> Mirror:
    return Mirror(harness.bus, harness.database, utc_now, group=GROUP, topic=harness.topic, kind=Thing)


async def tell(
    harness: BusHarness, thing: UUID, version: int, codes: Sequence[str], name: str = "Một", code: str | None = None
) -> None:
    """Publish a state of a thing."""
    event = NewEvent(
        entity_type="thing",
        entity_id=thing,
        version=version,
        previous_version=version - 1 or None,
        change="changed",
        data={"code": code or codes[0], "codes": list(codes), "name_vi": name, "name_en": None},
        occurred_at=utc_now(),
    )
    async with harness.log.database.transaction() as session:
        await harness.log.publish(session, event, recorded_at=utc_now())
    harness.log.wake()


async def rows(harness: BusHarness) -> list[tuple[str, int, str]]:
    """What the mirror holds."""
    async with harness.database.session() as session:
        found = await session.scalars(select(Thing).order_by(Thing.code))
        return [(thing.code, thing.version, thing.name_vi) for thing in found]


async def meant(harness: BusHarness, mirror: Mirror, reference: str) -> UUID:
    """The thing that a request means by `reference`."""
    async with harness.database.session() as session:
        ctx = Context(session, harness.log, Caller("test"), utc_now(), behind_seconds=mirror.behind_seconds)
        return (await referenced(ctx, Thing, {"#/thing": reference}, "thing"))["#/thing"]


async def complete(mirror: Mirror) -> None:
    async def known() -> bool:
        return is_complete(mirror.behind_seconds())

    await eventually(known, within_seconds=20)


async def test_it_is_filled_from_the_first_event_and_a_replay_changes_nothing(harness: BusHarness) -> None:
    one, other = new_id(), new_id()
    await tell(harness, one, 1, ["a"])
    await tell(harness, one, 2, ["a", "old-a"], "Mới")
    await tell(harness, other, 1, ["b"])
    for _ in range(2):
        mirror = mirror_of(harness)
        await mirror.start()
        await complete(mirror)
        await eventually(lambda: _holds(harness, [("a", 2, "Mới"), ("b", 1, "Một")]), within_seconds=20)
        assert await meant(harness, mirror, "old-a") == await meant(harness, mirror, str(one)) == one
        await mirror.stop()
        async with harness.database.transaction() as session:
            await positions.forget(session, GROUP)
    async with harness.database.session() as session:
        found = await find(session, Thing, ["a", "old-a", str(other), "c", str(new_id())])
    assert {name: thing.entity_id for name, thing in found.items()} == {"a": one, "old-a": one, str(other): other}


async def _holds(harness: BusHarness, wanted: list[tuple[str, int, str]]) -> bool:
    return await rows(harness) == wanted


async def test_a_code_that_was_given_to_a_successor_means_it(harness: BusHarness) -> None:
    """As a merger tells it: the successor has the codes, and the former one, which keeps its identifier, has none."""
    former, successor = new_id(), new_id()
    await tell(harness, former, 1, ["57"])
    await tell(harness, successor, 1, ["204"])
    await tell(harness, successor, 2, ["204", "57"])
    await tell(harness, former, 2, [], "Đã hợp nhất", code="57")
    mirror = mirror_of(harness)
    await mirror.start()
    await complete(mirror)
    await eventually(lambda: _holds(harness, [("204", 2, "Một"), ("57", 2, "Đã hợp nhất")]), within_seconds=20)
    assert await meant(harness, mirror, "57") == await meant(harness, mirror, "204") == successor
    assert await meant(harness, mirror, str(former)) == former, "what was said of it before still names it"
    await mirror.stop()


async def test_what_a_stopped_mirror_does_not_know_may_exist_and_is_found_once_it_has_caught_up(
    harness: BusHarness,
) -> None:
    await tell(harness, first := new_id(), 1, ["a"])
    mirror = mirror_of(harness)
    assert mirror.behind_seconds() is None
    assert not mirror.serves()
    await mirror.start()
    await complete(mirror)
    with pytest.raises(ReferenceUnknown) as refused:
        await meant(harness, mirror, "b")
    assert refused.value.errors[0]["pointer"] == "#/thing"
    await mirror.stop()
    await tell(harness, second := new_id(), 1, ["b"])
    assert await meant(harness, mirror, "a") == first
    with pytest.raises(Unavailable) as away:
        await meant(harness, mirror, "b")
    assert away.value.headers["Retry-After"] == "5"
    again = mirror_of(harness)
    await again.prepare()
    assert again.serves(), "what an earlier process stored can be named"
    await again.start()
    await complete(again)
    assert await meant(harness, again, "b") == second
    await again.stop()


async def test_a_restored_log_is_read_again_and_replaces_what_was_known(harness: BusHarness) -> None:
    thing = new_id()
    await tell(harness, thing, 1, ["a"], "Một")
    await tell(harness, thing, 2, ["a"], "Hai")
    mirror = mirror_of(harness)
    await mirror.start()
    await eventually(lambda: _holds(harness, [("a", 2, "Hai")]), within_seconds=20)
    async with harness.database.transaction() as session:
        await session.execute(text("DELETE FROM event WHERE version = 2"))
    await harness.restore()
    await tell(harness, new_id(), 1, ["b"])
    await eventually(lambda: _holds(harness, [("a", 1, "Một"), ("b", 1, "Một")]), within_seconds=30)
    await tell(harness, thing, 2, ["a"], "Sau khi khôi phục")
    await eventually(lambda: _holds(harness, [("a", 2, "Sau khi khôi phục"), ("b", 1, "Một")]), within_seconds=30)
    await mirror.stop()


async def test_ages_over_ten_seconds_and_unknown_ones_are_no_proof_of_absence() -> None:
    assert [is_complete(age) for age in (0.0, 10.0, 10.1, None)] == [True, True, False, False]
