"""What the event stream does for pages: heartbeats that they hear, HEAD, seats for everybody."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs
from tests.unit.common.conftest import MakeWorld

from sixclear.common.web.seats import Seats


def heartbeat(body: bytes) -> Any:
    """What a heartbeat says; it has no id, so that a browser comes back with that of the last change."""
    event, _, data = body.removesuffix(b"\n\n").partition(b"\ndata: ")
    assert event == b"event: heartbeat"
    return orjson.loads(data)


@pytest.mark.asyncio
async def test_quiet_streams_have_a_heartbeat_that_pages_can_hear(make_world: MakeWorld) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    world = await make_world(heartbeat_seconds=0.01, clock=lambda: at, pulse=lambda: {"staleness_seconds": 1.5})
    client = world.connect()
    await client.greeted()
    said = heartbeat(await client.next_body())
    assert said == {"at": "2026-01-02T00:00:00Z", "every_seconds": 0.01, "staleness_seconds": 1.5}


@pytest.mark.asyncio
async def test_a_pulse_that_fails_costs_no_heartbeat(make_world: MakeWorld) -> None:
    def broken() -> dict[str, Any]:
        raise ValueError("no")

    with capture_logs() as lines:
        world = await make_world(heartbeat_seconds=0.01, pulse=broken)
        client = world.connect()
        await client.greeted()
        assert heartbeat(await client.next_body()).keys() == {"at", "every_seconds"}
    assert "a heartbeat of the stream cannot be made" in {line["event"] for line in lines}


@pytest.mark.asyncio
async def test_the_greeting_says_how_often_the_heart_beats(make_world: MakeWorld) -> None:
    world = await make_world(heartbeat_seconds=7.0)
    client = world.connect()
    await client.next()
    retry, _, rest = (await client.next_body()).partition(b"\n")
    assert retry.startswith(b"retry: ")
    assert heartbeat(rest.partition(b"id: ")[0])["every_seconds"] == 7.0


@pytest.mark.asyncio
async def test_a_script_that_cannot_send_a_header_names_the_last_id_in_the_address(make_world: MakeWorld) -> None:
    world = await make_world()
    watcher = world.connect()
    await watcher.greeted()
    for number in (2, 3):
        world.hub.publish("status", b"0", number)
        await watcher.next_body()
    assert await world.connect(query="last_event_id=2").greeted() == b"id: 3\nevent: status\ndata: 0\n\n"
    assert await world.connect("3", query="last_event_id=2").greeted() == b""


@pytest.mark.asyncio
async def test_head_ends_at_once_and_holds_no_seat(make_world: MakeWorld) -> None:
    world = await make_world(seats=Seats(in_all=1))
    for _ in range(3):
        head = world.connect(method="HEAD")
        start = await head.next()
        assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
        assert await head.next() == {"type": "http.response.body", "body": b"", "more_body": False}
        await head.ended()
    assert world.snapshots == 0
    await world.connect().greeted()


@pytest.mark.asyncio
async def test_one_visitor_does_not_take_the_seats_of_the_others(make_world: MakeWorld) -> None:
    world = await make_world(
        seats=Seats(in_all=20), visitor=lambda connection: connection.headers.get("x-visitor") or None
    )
    mine = [world.connect(visitor="203.0.113.5") for _ in range(3)]
    for connection in mine[:2]:
        await connection.greeted()
    refused = await mine[2].next()
    assert refused["status"] == 429
    assert any(name == b"retry-after" for name, _ in refused["headers"])
    assert orjson.loads(await mine[2].next_body())["code"] == "too-many-streams"
    await world.connect(visitor="198.51.100.7").greeted()
    for _ in range(5):
        await world.connect().greeted()
