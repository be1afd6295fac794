"""Lists of urges read an index in their order, and what is due is found by one, however many there are."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.tasks.conftest import START, Service, an_assigned_task

from sixclear.common.clock import civil_date
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.urge import repository as rows
from sixclear.tasks.urge.repository import UrgeFilter

pytestmark = pytest.mark.asyncio
# One in a hundred is said by a body and waits for an answer, of another programme than the rungs; one in fifty is an
# entry of the late list; ten on each task, for many bodies.
_MANY = text(
    """INSERT INTO urge (urge_id, task_id, programme, assigned_by, organisation_id, classification, demonstration, kind,
                        state, "to", addressee_organisation_id, author_organisation_id, urged_at, day, hidden, version,
                        occurred_at, recorded_at)
       SELECT gen_random_uuid(), md5((n % 2000)::text)::uuid, CASE WHEN n % 100 = 0 THEN 'plan' ELSE 'other' END,
              'central', md5((n % 200)::text)::uuid, 'public', false,
              CASE WHEN n % 100 = 0 THEN 'urging' ELSE 'rung' END, CASE WHEN n % 100 = 0 THEN 'open' ELSE 'told' END,
              CASE WHEN n % 50 = 1 THEN 'late_list' ELSE 'doer' END,
              md5((n % 200)::text)::uuid, md5((n % 300)::text)::uuid, now() - n * interval '1 minute',
              (now() - n * interval '1 minute')::date, false, 1, now(), now()
       FROM generate_series(1, 20000) n"""
)


async def _read(
    service: Service, session: AsyncSession, narrow: UrgeFilter, *, newest_first: bool
) -> tuple[int, set[str]]:
    """How many rows of urges a page reads, and by which kinds of scans."""
    found: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        found.append((statement, parameters))

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await rows.list_urges(session, narrow, after=None, limit=51, newest_first=newest_first)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    statement, parameters = found[-1]
    connection = await session.connection()
    explained = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
    plan = explained.scalar_one()
    read, kinds = 0, set[str]()
    nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node.get("Relation Name") == "urge":
            kinds.add(node["Node Type"])
            read += int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
    return read, kinds


async def test_a_page_reads_little_more_than_it_shows(service: Service) -> None:
    await an_assigned_task(service)
    async with service.database.transaction() as session:
        # The tasks themselves are of no weight here.
        await session.execute(text("ALTER TABLE urge DROP CONSTRAINT fk_urge_task_id_task"))
        await session.execute(_MANY)
        await session.execute(text("ANALYZE urge"))
    some = UUID(bytes=b"\x00" * 16)
    async with service.database.session() as session:
        body, task_id = (await session.execute(text("SELECT organisation_id, task_id FROM urge LIMIT 1"))).one()
        newest, oldest = (await session.execute(text("SELECT max(urged_at), min(urged_at) FROM urge"))).one()
        last_day, long_ago = civil_date(newest), civil_date(oldest + timedelta(hours=40))
        asked = {
            "all": UrgeFilter(),
            "open": UrgeFilter(state="open"),
            "late list": UrgeFilter(to="late_list"),
            "said by bodies": UrgeFilter(kind="urging"),
            "remarks, of which there are none": UrgeFilter(kind="remark"),
            "lapsed, which none has": UrgeFilter(state="lapsed"),
            "of a programme": UrgeFilter(programme="plan"),
            "of no programme": UrgeFilter(programme="none"),
            "of a day long ago": UrgeFilter(first=long_ago, last=long_ago),
            "until a day long ago": UrgeFilter(last=long_ago),
            "from the last day on": UrgeFilter(first=last_day),
            "of a body": UrgeFilter(organisation_ids=(body,)),
            "of a task": UrgeFilter(task_id=task_id),
            "of no task": UrgeFilter(task_id=some),
            "sent": UrgeFilter(own=body, role="sent"),
            "addressed": UrgeFilter(own=body, role="addressed"),
            "of the tasks of a body": UrgeFilter(own=organisation_id("G06")),
            "of no task of a body": UrgeFilter(own=organisation_id("G01")),
        }
        for newest_first in (True, False):
            for name, narrow in asked.items():
                read, kinds = await _read(service, session, narrow, newest_first=newest_first)
                assert "Seq Scan" not in kinds, name
                assert read <= 210, (name, read, kinds)


async def test_what_is_due_is_found_by_an_index(service: Service) -> None:
    await an_assigned_task(service)
    async with service.database.session() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalars(
            text("EXPLAIN SELECT task_id FROM task_ladder WHERE next_at <= now() ORDER BY next_at, task_id LIMIT 100")
        )
        assert "ix_task_ladder_next_at" in "\n".join(plan.all())
        assert await rows.list_due(session, START, 10) == []
