"""What was withdrawn is told by no answer, no stream and no table, on whichever replica."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.live.test_live import SseClient, ready, streaming
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.web.access import access_rules
from sixclear.monitoring.target import MonitoringTarget
from sixclear.monitoring.view import sources as views

pytestmark = pytest.mark.asyncio

NAME = "QUIETSECRET"
BY_ID = str(stable_id("task", NAME))


def says(reader: SseClient, words: str) -> Any:
    async def said() -> bool:
        return words.encode() in reader.said

    return said


async def newest_id(database: Database) -> int:
    async with database.session() as session:
        return int(await session.scalar(text("SELECT view_sequence FROM leadership")) or 0)


async def where_it_stands(database: Database, words: str) -> list[str]:
    """The tables with a row that has `words` in it."""
    async with database.session() as session:
        names = await session.scalars(
            text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()")
        )
        counted = {
            name: await session.scalar(
                text(f"SELECT count(*) FROM {name} AS r WHERE CAST(r AS text) ILIKE '%' || :words || '%'"),
                {"words": words},
            )
            for name in names.all()
        }
    return sorted(name for name, count in counted.items() if count)


async def told_to_strangers(target: MonitoringTarget, client: Any, words: str) -> set[str]:
    """The public routes whose answer has `words` in it."""
    told = set()
    for method, path, rule in access_rules(target.app):
        if method == "GET" and rule is not None and not rule.scopes and not path.endswith("/stream"):
            for query in ({}, {"as_of": utc_now().isoformat()}, {"limit": "200"}):
                if words in (await client.get(path, params=query)).text:
                    told.add(path)
    return told


async def replayed(target: MonitoringTarget, after: int) -> SseClient:
    """What somebody gets who had this event as the last one."""
    async with streaming(target.app, f"last_event_id={after}".encode()) as reader:
        await eventually(says(reader, "retry: "))
    return reader


async def test_a_withdrawn_task_is_told_nowhere(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    url = await clone_database("sixclear.monitoring")
    database = Database(url, application_name="test", pool_size=1)
    logs = {"tasks": log, "feedback": log, "data-catalog": log}
    await publish(log, events.programme("nq57-central"))
    async with (
        running(url, new_runtime(utc_now, logs=logs)[0]) as (leader, first),
        running(url, new_runtime(utc_now, logs=logs)[0]) as (follower, second),
        streaming(leader.app) as one,
        streaming(follower.app) as other,
    ):
        await eventually(ready(leader))
        before = await newest_id(database)
        await publish(log, events.task(NAME))
        for reader in (one, other):
            await eventually(says(reader, NAME), within_seconds=5)
        await publish(log, events.task("another"))
        for reader in (one, other):
            await eventually(says(reader, "another"), within_seconds=5)
        assert NAME.encode() in (await replayed(leader, before)).said
        assert await told_to_strangers(leader, first, NAME) == {"/api/monitoring/v1/changes"}
        await publish(log, events.task(NAME, "withdrawn"))

        async def gone() -> bool:
            again = [await replayed(target, before) for target in (leader, follower)]
            return all(b"event: " in reader.said and NAME.encode() not in reader.said for reader in again)

        await eventually(gone, within_seconds=5)
        for target, client in ((leader, first), (follower, second)):
            assert await told_to_strangers(target, client, NAME) == set()
            assert await told_to_strangers(target, client, BY_ID) == set()
        assert await where_it_stands(database, NAME) == []
        assert await where_it_stands(database, BY_ID) == ["task_history", "task_state"], "that it is gone is known"
    await database.close()


async def test_nothing_of_the_generation_before_is_sent_again(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    """The next generation may hold a withdrawal that its replay read first: no row is dated by the stream's numbers."""
    url = await clone_database("sixclear.monitoring")
    database = Database(url, application_name="test", pool_size=1)
    logs = {"tasks": log, "feedback": log, "data-catalog": log}
    await publish(log, events.programme("nq57-central"))
    async with running(url, new_runtime(utc_now, logs=logs)[0]) as (target, _), streaming(target.app) as reader:
        await eventually(ready(target))
        before = await newest_id(database)
        for name in (NAME, "another"):
            await publish(log, events.task(name))
            await eventually(says(reader, name), within_seconds=5)
        assert b"event: snapshot" not in (await replayed(target, before)).said
        async with database.transaction() as session:
            await views.ask_for_rebuild(session, "tasks")

        async def forgotten() -> bool:
            return b"event: snapshot" in (await replayed(target, before)).said

        await eventually(forgotten, within_seconds=20)
        async with database.session() as session:
            assert (await views.sources(session))["tasks"].active_epoch == 2
    await database.close()
