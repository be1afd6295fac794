"""A database of an earlier release keeps its tasks and their keys."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from sixclear.common import migrations
from sixclear.common.testing.postgres import EmptyDatabase

BODY = "00000000-0000-4000-8000-000000000001"
STATEMENTS = (
    """INSERT INTO organisation (organisation_id, code, codes, level, type, name_vi, name_folded, valid_from, version,
                                 occurred_at, recorded_at)
       VALUES (:body, 'P57', '{P57}', 'central', 'party_body', 'Ban', 'ban', '2025-07-01', 1, now(), now())""",
    """INSERT INTO programme (programme_id, slug, name_vi, name_en, resolution, owner_organisation_id,
                              six_clears_enforced, demonstration, version, occurred_at, recorded_at)
       VALUES (:body, 'plan', 'Kế hoạch', 'Plan', '57-NQ/TW', :body, true, false, 1, now(), now())""",
    """INSERT INTO task (task_id, code, programme_id, title, search_text, source, external_id, classification, status,
                         kind, assigned_by, assigning_organisation_id, coordinating_organisation_ids, percent,
                         reports_count, evidence_count, demonstration, version, occurred_at, recorded_at)
       SELECT gen_random_uuid(), code, :body, 'Việc', 'viec', source, external_id, 'public', 'proposed', 'one_off',
              'central', :body, '{}', 0, 0, 0, false, 1, now(), now()
       FROM (VALUES ('keyed', 'ministry', 'NV-1'), ('unkeyed', NULL, NULL)) AS known (code, source, external_id)""",
)


@pytest.mark.asyncio
async def test_a_key_of_an_earlier_release_stays_with_the_assigning_body(empty_database: EmptyDatabase) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks", "0003")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            for statement in STATEMENTS:
                await connection.execute(text(statement), {"body": BODY})
        await migrations.upgrade(url, "sixclear.tasks")
        async with engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT code, key_organisation_id::text AS key_organisation_id FROM task")
            )
            assert {row.code: row.key_organisation_id for row in rows} == {"keyed": BODY, "unkeyed": None}
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_a_task_that_an_earlier_release_returned_is_at_what_was_reported(empty_database: EmptyDatabase) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks", "0008")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            for statement in STATEMENTS:
                await connection.execute(text(statement), {"body": BODY})
            await connection.execute(text("UPDATE task SET percent = 100, status = 'returned'"))
            reports = """INSERT INTO progress_report (task_id, task_version, percent, text, occurred_at, recorded_at)
                         SELECT task_id, v.number, v.number * 10, 'x', now(), now()
                         FROM task, (VALUES (2), (3)) AS v (number) WHERE code = 'keyed'"""
            await connection.execute(text(reports))
        await migrations.upgrade(url, "sixclear.tasks")
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT code, percent FROM task"))
            assert {row.code: row.percent for row in rows} == {"keyed": 30, "unkeyed": 0}
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_a_proposal_of_an_earlier_release_knows_who_made_it(empty_database: EmptyDatabase) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks", "0009")
    engine = create_async_engine(url, poolclass=NullPool)
    told = """INSERT INTO event
                  (entity_type, entity_id, version, change, data, meta, occurred_at, recorded_at, published)
              SELECT 'task', task_id, 1, 'proposed', '{}', jsonb_build_object('organisation_id', CAST(:body AS text)),
                     now(), now(), true FROM task WHERE code = 'keyed'"""
    try:
        async with engine.begin() as connection:
            for statement in (*STATEMENTS, told):
                await connection.execute(text(statement), {"body": BODY})
        await migrations.upgrade(url, "sixclear.tasks")
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT code, proposed_by_organisation_id::text AS body FROM task"))
            assert {row.code: row.body for row in rows} == {"keyed": BODY, "unkeyed": None}
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_a_directive_of_an_earlier_release_knows_who_entered_it_and_whether_a_task_has_it(
    empty_database: EmptyDatabase,
) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks", "0011")
    engine = create_async_engine(url, poolclass=NullPool)
    entered = """INSERT INTO directive (directive_id, programme_id, number, issued_on, issuer_organisation_id, title,
                                        version, occurred_at, recorded_at)
                 SELECT gen_random_uuid(), programme_id, number, '2025-06-19', CAST(:body AS uuid), 'x', 1, now(), now()
                 FROM programme, (VALUES ('taken up'), ('waits')) AS v (number)"""
    told = """INSERT INTO event
                  (entity_type, entity_id, version, change, data, meta, occurred_at, recorded_at, published)
              SELECT 'directive', directive_id, 1, 'registered', '{}',
                     jsonb_build_object('organisation_id', CAST(:body AS text)), now(), now(), true
              FROM directive WHERE number = 'waits'"""
    named = """UPDATE task SET assigned_at = now(), status = 'assigned', directive_id = directive.directive_id
               FROM directive WHERE code = 'keyed' AND directive.number = 'taken up'"""
    try:
        async with engine.begin() as connection:
            for statement in (*STATEMENTS, entered, told, named):
                await connection.execute(text(statement), {"body": BODY})
        await migrations.upgrade(url, "sixclear.tasks")
        async with engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT number, entered_by_organisation_id::text AS body, taken_up FROM directive")
            )
            assert {row.number: (row.body, row.taken_up) for row in rows} == {
                "taken up": (None, True),
                "waits": (BODY, False),
            }
    finally:
        await engine.dispose()
