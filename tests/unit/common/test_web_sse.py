"""The event stream hub: encoded once, nobody waits for a slow client, reconnecting clients miss nothing."""

import asyncio

import pytest
from structlog.testing import capture_logs
from tests.unit.common.conftest import MakeWorld

from sixclear.common.caller import Unauthenticated
from sixclear.common.testing.eventually import eventually
from sixclear.common.web.access import Access
from sixclear.common.web.eager_start import start_eagerly
from sixclear.common.web.seats import Seats


@pytest.mark.asyncio
async def test_a_client_gets_a_snapshot_and_then_changes(make_world: MakeWorld) -> None:
    world = await make_world()
    client = world.connect()
    start = await client.next()
    assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
    assert (b"x-accel-buffering", b"no") in start["headers"]
    greeting = await client.next_body()
    assert greeting.startswith(b"retry: ")
    assert greeting.endswith(b"id: 1\nevent: snapshot\ndata: {}\n\n")
    world.hub.publish("status", b'{"n":2}', 2)
    assert await client.next_body() == b'id: 2\nevent: status\ndata: {"n":2}\n\n'


@pytest.mark.asyncio
async def test_all_clients_get_the_same_bytes_encoded_once(make_world: MakeWorld) -> None:
    world = await make_world()
    clients = [world.connect() for _ in range(300)]
    for client in clients:
        await client.greeted()
    assert world.snapshots == 1
    encoded: list[bytes] = []

    def encode() -> bytes:
        encoded.append(b"[1]")
        return encoded[-1]

    world.hub.publish("status", encode, 2)
    bodies = {id((await client.next())["body"]) for client in clients}
    assert (len(bodies), len(encoded)) == (1, 1)
    assert world.hub.clients == 300


@pytest.mark.asyncio
async def test_what_comes_quickly_after_another_is_gathered(make_world: MakeWorld) -> None:
    world = await make_world(gather_seconds=0.02)
    client = world.connect()
    await client.greeted()
    started = asyncio.get_running_loop().time()
    world.hub.publish("status", b"2", 2)
    assert b"id: 2\n" in await client.next_body()
    assert asyncio.get_running_loop().time() - started < 0.02
    for number in range(3, 10):
        world.hub.publish("status", b"%d" % number, number)
    assert b"id: 9\n" in await client.next_body()
    assert client.messages.empty()


@pytest.mark.asyncio
async def test_who_comes_back_gets_what_was_missed(make_world: MakeWorld) -> None:
    world = await make_world(replayed=3)
    watcher = world.connect()
    await watcher.greeted()
    for number in range(2, 7):
        world.hub.publish("status", b"%d" % number, number)
        await watcher.next_body()
    world.state = (6, b"6")
    assert (await world.connect("4").greeted()).count(b"event: status") == 2
    assert (await world.connect("3").greeted()).count(b"event: status") == 3
    assert await world.connect("6").greeted() == b""
    for unusable in ("2", "7", "x", "", "9" * 30, "-1", "\xb2"):
        assert b"id: 6\nevent: snapshot" in await world.connect(unusable).greeted()


@pytest.mark.asyncio
async def test_a_view_that_starts_again_begins_with_snapshots(make_world: MakeWorld) -> None:
    world = await make_world()
    watcher = world.connect()
    await watcher.greeted()
    for number in (5, 6, 2):
        world.hub.publish("status", b"0", number)
        await watcher.next_body()
    world.state = (2, b"0")
    assert b"event: snapshot" in await world.connect("5").greeted()
    assert await world.connect("2").greeted() == b""


@pytest.mark.asyncio
async def test_a_change_during_the_snapshot_is_not_lost(make_world: MakeWorld) -> None:
    world = await make_world()
    world.hold_snapshot = asyncio.Event()
    watcher, client = world.connect(), world.connect()
    await asyncio.sleep(0)
    world.hub.publish("status", b"2", 2)

    async def sent() -> bool:
        return world.hub._newest_id == 2

    await eventually(sent, every_seconds=0)
    world.hold_snapshot.set()
    for connection in (watcher, client):
        greeting = await connection.greeted()
        if b"id: 1\n" in greeting:
            assert b"id: 2\n" in await connection.next_body()


@pytest.mark.asyncio
async def test_a_slow_client_holds_nobody_back_and_then_gets_the_latest(make_world: MakeWorld) -> None:
    world = await make_world()
    slow, quick = world.connect(), world.connect()
    await slow.greeted()
    await quick.greeted()
    slow.open.clear()
    for number in range(2, 6):
        world.hub.publish("status", b"%d" % number, number)
        assert b"id: %d\n" % number in await quick.next_body()
    slow.open.set()
    assert [b"id: 2\n" in await slow.next_body(), b"id: 5\n" in await slow.next_body()] == [True, True]
    world.hub.publish("status", b"6", 6)
    assert b"id: 6\n" in await slow.next_body()


@pytest.mark.asyncio
async def test_a_broadcast_waits_for_no_client_and_costs_no_more_beside_a_stuck_one(make_world: MakeWorld) -> None:
    """Counted, not timed: the hub ends its round without waiting, and sends once to each client that reads."""
    world = await make_world()
    stuck, *others = (world.connect() for _ in range(201))
    for connection in (stuck, *others):
        await connection.greeted()
    stuck.open.clear()
    for number in range(2, 12):
        tasks = len(asyncio.all_tasks())
        world.hub.publish("status", b"%d" % number, number)
        assert start_eagerly(world.hub._send_pending()) is None, "nothing was waited for"
        assert [connection.messages.qsize() for connection in others] == [1] * len(others)
        assert len(asyncio.all_tasks()) - tasks == (number == 2), "one task waits for the stuck client, however many"
        for connection in others:
            assert b"id: %d\n" % number in await connection.next_body()
    stuck.open.set()
    assert [b"id: %d\n" % number in await stuck.next_body() for number in (2, 11)] == [True, True]


@pytest.mark.asyncio
async def test_a_stuck_client_is_dropped(make_world: MakeWorld) -> None:
    world = await make_world(drop_after_seconds=0.02)
    stuck, quick = world.connect(), world.connect()
    await stuck.greeted()
    await quick.greeted()
    stuck.open.clear()
    world.hub.publish("status", b"2", 2)
    await stuck.ended()
    assert world.hub.clients == 1
    world.hub.publish("status", b"3", 3)
    await quick.next_body()
    assert b"id: 3\n" in await quick.next_body()


@pytest.mark.asyncio
async def test_a_client_that_takes_no_greeting_is_dropped(make_world: MakeWorld) -> None:
    world = await make_world(drop_after_seconds=0.02)
    stuck = world.connect()
    stuck.open.clear()
    await stuck.ended()
    assert world.hub.clients == 0


@pytest.mark.asyncio
async def test_a_client_that_leaves_is_forgotten(make_world: MakeWorld) -> None:
    world = await make_world()
    client = world.connect()
    await client.greeted()
    client.leave()
    await client.ended()
    assert world.hub.clients == 0


@pytest.mark.asyncio
async def test_an_answer_ends_properly_also_when_the_process_stops_before_the_hub(make_world: MakeWorld) -> None:
    """The router then says that the client left, which it did not: a cut answer would look like a fault to it."""
    world = await make_world()
    client = world.connect()
    await client.greeted()
    client.leave()
    await client.ended()
    assert await client.next() == {"type": "http.response.body", "body": b"", "more_body": False}


@pytest.mark.asyncio
async def test_the_number_of_clients_is_bounded(make_world: MakeWorld) -> None:
    world = await make_world(seats=Seats(in_all=1))
    first = world.connect()
    await first.greeted()
    answer = await world.connect().next()
    assert answer["status"] == 503
    assert any(name == b"retry-after" for name, _ in answer["headers"])
    first.leave()
    await first.ended()
    await world.connect().greeted()


@pytest.mark.asyncio
async def test_a_rule_is_kept(make_world: MakeWorld) -> None:
    world = await make_world(access=Access.scope("a:b"))
    with pytest.raises(Unauthenticated):
        await world.connect().ended()


@pytest.mark.asyncio
async def test_an_event_that_cannot_be_encoded_is_left_out(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    client = world.connect()
    await client.greeted()

    def fail() -> bytes:
        raise ValueError("no")

    with capture_logs() as lines:
        world.hub.publish("status", fail, 2)

        async def logged() -> bool:
            return bool(lines)

        await eventually(logged, every_seconds=0)
    world.hub.publish("status", b"3", 3)
    assert b"id: 3\n" in await client.next_body()


@pytest.mark.asyncio
async def test_stopping_ends_every_stream_also_a_stuck_one(make_world: MakeWorld) -> None:
    world = await make_world()
    client, stuck = world.connect(), world.connect()
    await client.greeted()
    await stuck.greeted()
    stuck.open.clear()
    world.hub.publish("status", b"2", 2)
    await client.next_body()
    await world.hub.stop()
    assert (await client.next())["more_body"] is False
    await client.ended()
    await stuck.ended()
    assert world.hub.clients == 0
    assert (await world.connect().next())["status"] == 503


@pytest.mark.asyncio
async def test_lines_of_the_data_stay_one_event(make_world: MakeWorld) -> None:
    world = await make_world()
    client = world.connect()
    await client.greeted()
    world.hub.publish("status", b"a\nb", 2)
    assert await client.next_body() == b"id: 2\nevent: status\ndata: a\ndata: b\n\n"


@pytest.mark.asyncio
async def test_what_is_forgotten_is_given_to_nobody(make_world: MakeWorld) -> None:
    """Not to who comes back, not with the snapshot of a moment ago, and not to who is behind."""
    world = await make_world()
    world.state = (1, b"secret")
    watcher = world.connect()
    await watcher.greeted()
    for number in (2, 3):
        world.hub.publish("status", b"secret", number)
        await watcher.next_body()
    world.hub.publish("status", b"secret", 4)
    world.hub.forget()
    world.state = (5, b"open")
    for last in ("", "1", "2", "3"):
        greeting = await world.connect(last).greeted()
        assert b"secret" not in greeting
        assert b"event: snapshot\ndata: open" in greeting
    world.hub.publish("status", b"open", 5)
    assert await watcher.next_body() == b"id: 5\nevent: status\ndata: open\n\n"


@pytest.mark.asyncio
async def test_what_is_forgotten_while_it_is_sent_goes_to_no_more_clients(make_world: MakeWorld) -> None:
    world = await make_world()
    clients = [world.connect() for _ in range(300)]
    for client in clients:
        await client.greeted()
    offered = 0

    async def some_have_it() -> bool:
        nonlocal offered
        offered = sum(not client.messages.empty() for client in clients)
        return offered > 0

    world.hub.publish("status", b"secret", 2)
    await eventually(some_have_it, every_seconds=0)
    assert offered < 300, "all were served in one go: more clients are needed"
    world.hub.forget()
    world.hub.publish("status", b"open", 3)
    for client in clients[-40:]:
        assert await client.next_body() == b"id: 3\nevent: status\ndata: open\n\n"


@pytest.mark.asyncio
async def test_a_snapshot_that_was_begun_before_is_made_again(make_world: MakeWorld) -> None:
    world = await make_world()
    world.hold_snapshot = asyncio.Event()
    client = world.connect()

    async def asked() -> bool:
        return world.snapshots == 1

    await eventually(asked, every_seconds=0)
    world.hub.forget()
    world.hold_snapshot.set()
    await client.greeted()
    assert world.snapshots == 2
