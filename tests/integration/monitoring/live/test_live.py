"""The running target: from a source's log to the stream, and from one leader to the next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.runtime.target import StreamState
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.monitoring.live.frames import Frame, Heartbeat
from sixclear.monitoring.target import MonitoringTarget
from sixclear.monitoring.view import sources as views

pytestmark = pytest.mark.asyncio

B = stable_id("task", "b")


class SseClient:
    """Reads the stream as a browser does."""

    def __init__(self, app: Any, query: bytes = b"") -> None:
        self._app = app
        self._query = query
        self.said = b""
        self._left = asyncio.Event()
        self._buffer = b""
        self.frames: list[tuple[str, dict[str, Any]]] = []
        self.heartbeats: list[dict[str, Any]] = []
        self.status = 0
        self.headers: dict[bytes, bytes] = {}

    async def run(self) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/api/monitoring/v1/stream",
            "raw_path": b"/api/monitoring/v1/stream",
            "query_string": self._query,
            "root_path": "",
            "scheme": "http",
            "headers": [],
            "client": ("test", 1),
            "server": ("test", 80),
        }
        await self._app(scope, self._receive, self._send)

    def leave(self) -> None:
        self._left.set()

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.headers |= dict(message.get("headers", ()))
        self.said += message.get("body", b"")
        self._buffer += message.get("body", b"")
        while b"\n\n" in self._buffer:
            frame, self._buffer = self._buffer.split(b"\n\n", 1)
            lines = dict(line.split(b": ", 1) for line in frame.split(b"\n") if b": " in line)
            if lines.get(b"event") == b"heartbeat":
                self.heartbeats.append(Heartbeat.model_validate_json(lines[b"data"]).model_dump(mode="json"))
            elif b"event" in lines:
                Frame.model_validate_json(lines[b"data"])
                self.frames.append((lines[b"event"].decode(), orjson.loads(lines[b"data"])))


@asynccontextmanager
async def streaming(app: Any, query: bytes = b"") -> AsyncIterator[SseClient]:
    client = SseClient(app, query)
    task = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        client.leave()
        await asyncio.wait_for(task, 10)


def ready(target: MonitoringTarget) -> Any:
    async def probe() -> bool:
        return all(check.ok for check in target.checks())

    return probe


async def test_a_change_reaches_the_stream_within_a_second(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    await publish(log, events.programme("nq57-central"))
    async with running(await clone_database("sixclear.monitoring"), runtime) as (target, client):
        await eventually(ready(target))
        async with streaming(target.app) as reader:
            await eventually(lambda: _frames(reader, 1))
            assert reader.frames[0][0] == "snapshot"
            assert reader.headers[b"access-control-allow-origin"] == b"*"
            assert reader.frames[0][1]["status"]["tasks"]["total"] == 0

            await publish(log, events.task("a", deadline=utc_now() + timedelta(seconds=1)))
            await eventually(lambda: _frames(reader, 2), within_seconds=1)
            kind, body = reader.frames[1]
            assert kind == "status"
            assert body["status"]["tasks"]["in_term"] == 1
            assert body["programmes"]["nq57-central"]["tasks"]["total"] == 1
            (change,) = body["changes"]
            assert (change["entity_type"], change["change"], change["title"]) == ("task", "assigned", "Nhiệm vụ a")

            await eventually(lambda: _frames(reader, 3))
            assert reader.frames[2][1]["status"]["tasks"]["overdue"] == 1, "the deadline passed without an event"
            assert reader.frames[2][1]["changes"] == []

        status = (await client.get("/api/monitoring/v1/status")).json()
        assert status["staleness_seconds"] < 5
        assert status["sources"]["tasks"]["events"] == 2
        streams = (await client.get("/api/monitoring/v1/streams")).json()
        assert {item["name"] for item in streams["items"]} == {
            "monitoring.tasks",
            "monitoring.feedback",
            "monitoring.data-catalog",
        }
        assert all(item["running"] for item in streams["items"])
        assert streams["leading"] is True


async def test_a_database_that_refuses_the_first_leadership_is_tried_again(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a failover, when the old primary is read-only for a while: later somebody must write the view again."""
    take, refused = views.take_leadership, 0

    async def refuse_first(*arguments: Any) -> int:
        nonlocal refused
        refused += 1
        if refused == 1:
            raise DBAPIError("UPDATE leadership", {}, Exception("cannot execute UPDATE in a read-only transaction"))
        return await take(*arguments)

    monkeypatch.setattr(views, "take_leadership", refuse_first)
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    async with running(await clone_database("sixclear.monitoring"), runtime) as (target, _):
        await eventually(ready(target))
    assert refused == 2


async def _frames(reader: SseClient, count: int) -> bool:
    return len(reader.frames) >= count


async def test_stopping_ends_open_streams(clone_database: CloneDatabase, new_runtime: Any, log: EventLog) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    async with running(await clone_database("sixclear.monitoring"), runtime) as (target, _):
        reader = SseClient(target.app)
        task = asyncio.create_task(reader.run())
        await eventually(lambda: _frames(reader, 1))
        await target.close_streams()
        await asyncio.wait_for(task, 10)


async def test_a_second_replica_takes_over_and_shows_what_the_first_one_folds(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    url = await clone_database("sixclear.monitoring")
    logs = {"tasks": log, "feedback": log, "data-catalog": log}
    (first_runtime, _), (second_runtime, _) = new_runtime(utc_now, logs=logs), new_runtime(utc_now, logs=logs)
    async with running(url, second_runtime) as (second, second_client):
        await eventually(ready(second))
        async with running(url, first_runtime) as (first, first_client):
            await eventually(ready(first))
            assert [item["leading"] for item in await _streams(first_client, second_client)] == [False, True]
            async with streaming(first.app) as reader:
                await eventually(lambda: _frames(reader, 1))
                await publish(log, events.task("a"))
                await eventually(lambda: _frames(reader, 2))
                assert reader.frames[1][1]["status"]["tasks"]["total"] == 1

            async def one() -> bool:
                answers = [await client.get("/api/monitoring/v1/status") for client in (first_client, second_client)]
                return [answer.json()["tasks"]["total"] for answer in answers] == [1, 1]

            await eventually(one)
            assert [item["leading"] for item in await _streams(first_client)] == [False], "it does not fold"

            await second.stop()

            async def taken_over() -> bool:
                return bool((await _streams(first_client))[0]["leading"])

            await eventually(taken_over, within_seconds=5)
            await publish(log, events.task("b"))

            async def two() -> bool:
                status = (await first_client.get("/api/monitoring/v1/status")).json()
                return bool(status["tasks"]["total"] == 2)

            await eventually(two)


async def _streams(*clients: Any) -> list[Any]:
    return [(await client.get("/api/monitoring/v1/streams")).json() for client in clients]


async def test_heartbeats_say_until_when_the_figures_stood(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog
) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    url = await clone_database("sixclear.monitoring")
    async with running(url, runtime, stream_heartbeat_seconds=0.05) as (target, _):
        await eventually(ready(target))
        async with streaming(target.app) as reader:

            async def known() -> bool:
                return any(beat.get("staleness_seconds") is not None for beat in reader.heartbeats)

            await eventually(known)
            last = reader.heartbeats[-1]
            assert (last["every_seconds"], last["staleness_seconds"] < 5) == (0.05, True)
            assert last["as_of"] <= last["at"]

            async def lost(*arguments: Any) -> None:
                raise OSError("gone")

            target._stream._look = lost  # type: ignore[method-assign]
            stood = target._stream._current_at
            beats = len(reader.heartbeats)

            async def older() -> bool:
                return len(reader.heartbeats) > beats + 3 and reader.heartbeats[-1]["staleness_seconds"] > 0.2

            await eventually(older)
            assert target._stream._current_at == stood, "nothing was looked at, so nothing is known to stand"


async def plant(database: Database) -> None:
    """Spoil the counters that readers see now: at a first start the next generation may take the place of others.

    Their sums stay right: only a comparison with the records finds it.
    """
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE counter SET n = n + 1 WHERE measure IN ('task', 'task_bucket', 'task_part')")
        )


async def test_figures_that_do_not_reconcile_stand_no_longer_for_who_follows_them(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    url = await clone_database("sixclear.monitoring")
    await publish(log, events.task("a"))
    async with running(url, runtime, stream_heartbeat_seconds=0.05) as (target, _), streaming(target.app) as reader:

        async def stands() -> bool:
            counted = reader.frames and reader.frames[-1][1]["status"]["tasks"]["total"] == 1
            return bool(counted and reader.heartbeats[-1].get("as_of"))

        await eventually(stands)

        async def refused() -> bool:
            await plant(target._database)
            return target._stream.refusing

        await eventually(refused)

        async def older() -> bool:
            at, as_of = (datetime.fromisoformat(reader.heartbeats[-1][name]) for name in ("at", "as_of"))
            return at - as_of > timedelta(seconds=3)

        await eventually(older)


async def test_a_planted_error_stops_the_figures(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    url = await clone_database("sixclear.monitoring")
    await publish(log, events.task("a"))
    async with running(url, runtime) as (target, client):

        async def answers(status: int) -> bool:
            return bool((await client.get("/api/monitoring/v1/status")).status_code == status)

        await eventually(lambda: answers(200))
        database = Database(url, application_name="test", pool_size=1)

        async def folded() -> bool:
            async with database.session() as session:
                return bool(await session.scalar(text("SELECT count(*) FROM counter")))

        async def refused_now() -> bool:
            await plant(database)
            return await answers(503)

        await eventually(folded)
        await eventually(refused_now)
        for path in ("status", "stream"):
            refused = await client.get(f"/api/monitoring/v1/{path}")
            assert (refused.status_code, refused.json()["code"]) == (503, "figures-do-not-reconcile"), path
            assert refused.headers["retry-after"] == "10"

        async def reported() -> Any:
            return [check for check in target.checks() if check.name == "figures" and not check.ok]

        (said,) = await eventually(reported)
        assert "FiguresDoNotReconcile" in said.detail
        assert not said.holds_back, "the repair is a request to this process"
        await database.close()


async def test_a_bad_event_is_set_aside_and_the_next_one_counted(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    bad = events.task("bad")
    del bad.data["status"]
    await publish(log, bad)
    await publish(log, events.task("good"))
    async with running(await clone_database("sixclear.monitoring"), runtime) as (target, client):

        async def counted() -> bool:
            status = (await client.get("/api/monitoring/v1/status")).json()
            return bool(status["tasks"]["total"] == 1)

        await eventually(counted)
        (tasks,) = [state for state in target.streams() if state.name == "monitoring.tasks"]
        assert tasks.dead_letters == 1


async def test_a_restored_log_takes_the_place_of_the_one_before(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    for name in ("a", "b"):
        await publish(log, events.task(name))
    url = await clone_database("sixclear.monitoring")

    async def shows(client: Any, epoch: int, total: int) -> bool:
        status = (await client.get("/api/monitoring/v1/status")).json()
        return bool((status["sources"]["tasks"]["epoch"], status["tasks"]["total"]) == (epoch, total))

    async with running(url, runtime) as (_, client):
        await eventually(lambda: shows(client, 1, 2))
    async with log.database.transaction() as session:
        await session.execute(text("DELETE FROM event WHERE entity_id = :b"), {"b": B})
        await session.execute(text("UPDATE log_epoch SET epoch = epoch + 1"))
    async with running(url, runtime) as (_, client):
        await eventually(lambda: shows(client, 2, 1), within_seconds=20)


async def test_with_a_broker_the_view_is_fresh_only_as_far_as_the_relays_say(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog
) -> None:
    """The relays run in other processes; those beside this target need no report over HTTP."""
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log}, kafka="127.0.0.1:9")
    relays = [
        StreamState(service=source, name=f"{source} relay", kind="relay", running=True, lag_messages=0, lag_seconds=0.0)
        for source in ("tasks", "feedback", "data-catalog")
    ]
    url = await clone_database("sixclear.monitoring")
    async with running(url, runtime) as (target, client), running(url, runtime) as (_, other_replica):
        await eventually(ready(target))
        async with streaming(target.app) as reader:
            await eventually(lambda: _frames(reader, 1))
            assert reader.frames[0][1]["status"]["staleness_seconds"] is None
            assert {one["current_until"] for one in reader.frames[0][1]["status"]["sources"].values()} == {None}
            page = (await client.get("/api/monitoring/v1/operations/streams")).text
            assert "It is not known how old the view is" in page

            target.process_streams = lambda: [*target.streams(), *relays]
            await eventually(lambda: _frames(reader, 2), within_seconds=6)
            assert reader.frames[1][1]["status"]["staleness_seconds"] < 5, "who watches is told"

        async def shown_everywhere() -> bool:
            shown = [{one["name"] for one in health["items"]} for health in await _streams(client, other_replica)]
            return len(shown[0]) == 6 and shown[0] == shown[1]

        await eventually(shown_everywhere)

        async def known_elsewhere() -> bool:
            age = (await other_replica.get("/api/monitoring/v1/status")).json()["staleness_seconds"]
            return age is not None and age < 5

        await eventually(known_elsewhere)
