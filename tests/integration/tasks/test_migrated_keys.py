"""What an earlier release, or the release before on the new schema, took under several spellings of one key."""

import json
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool
from tests.integration.tasks.test_migrations import BODY, STATEMENTS

from sixclear.common import migrations
from sixclear.common.keys import Keyed, fold_keys_again, list_duplicates
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.repository import lock_keyed_tasks
from sixclear.tasks.task.service.describe import of_key


async def keyed_task(session: AsyncSession, *key: str) -> Task | None:
    """The task that the body knows by this key."""
    source, external_id = key
    found = await lock_keyed_tasks(session, UUID(BODY), source, external_id)
    return of_key(found, UUID(BODY), (source, external_id))


@pytest.mark.asyncio
async def test_keys_that_an_earlier_release_took_in_two_spellings_stay_and_are_listed(
    empty_database: EmptyDatabase,
) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks", "0012")
    engine = create_async_engine(url, poolclass=NullPool)
    second = """INSERT INTO task
                SELECT (jsonb_populate_record(task, :changed ::jsonb)).* FROM task WHERE code = 'keyed'"""
    told = """INSERT INTO event
                  (entity_type, entity_id, version, change, data, meta, occurred_at, recorded_at, published)
              SELECT 'task', task_id, 1, 'proposed', '{}', '{}', now(), now(), true FROM task WHERE code = :code"""
    younger, another = "00000000-0000-4000-8000-0000000000aa", "00000000-0000-4000-8000-0000000000bb"
    try:
        async with engine.begin() as connection:
            for statement in STATEMENTS:
                await connection.execute(text(statement), {"body": BODY})
            for task_id, code, external_id in ((younger, "younger", "nv-1"), (another, "another", "NV-2")):
                changed = json.dumps({"task_id": task_id, "code": code, "external_id": external_id})
                await connection.execute(text(second), {"changed": changed})
            for code in ("keyed", "younger"):
                await connection.execute(text(told), {"code": code})
        await migrations.upgrade(url, "sixclear.tasks")
        async with AsyncSession(engine) as session:
            rows = await session.execute(text("SELECT code, folded_key, duplicate_of IS NULL AS first FROM task"))
            assert {row.code: (row.folded_key, row.first) for row in rows} == {
                "keyed": ("ministry\nnv-1", True),
                "younger": (None, False),
                "another": ("ministry\nnv-2", True),
                "unkeyed": (None, True),
            }
            (line,) = await list_duplicates(session)
            assert line.startswith(f"task {younger} ('nv-1') has the key of ")
            assert line.endswith("('NV-1')")
            for spelling, code in (("nv-1", "younger"), ("NV-1", "keyed"), ("Nv-1", "keyed"), ("nv-2", "another")):
                found = await keyed_task(session, "ministry", spelling)
                assert found is not None
                assert found.code == code
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_a_key_that_the_release_before_takes_on_the_new_schema_is_found_by_its_form(
    empty_database: EmptyDatabase,
) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            for statement in STATEMENTS:
                await connection.execute(text(statement), {"body": BODY})
        async with AsyncSession(engine) as session:
            found = await keyed_task(session, "Ministry", "nv-1")
            assert found is not None
            assert found.code == "keyed"
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_forms_of_a_rule_before_are_computed_again(empty_database: EmptyDatabase) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks", "0018")
    engine = create_async_engine(url, poolclass=NullPool)
    copied = (
        """INSERT INTO task SELECT (jsonb_populate_record(task, :changed ::jsonb)).* FROM task WHERE code = 'keyed'"""
    )
    known = (("a", "NV 1/2", "nv 1/2"), ("b", "NV1 / 2", "nv1 / 2"), ("c", "nv 7", "nv 7"), ("d", "NV 8", None))
    try:
        async with engine.begin() as connection:
            for statement in STATEMENTS:
                await connection.execute(text(statement), {"body": BODY})
            for code, external_id, form in known:
                changed: dict[str, str | None] = {
                    "task_id": f"00000000-0000-4000-8000-0000000000{code * 2}",
                    "code": code,
                }
                changed |= {"external_id": external_id, "key_organisation_id": BODY}
                changed["folded_key"] = f"ministry\n{form}" if form else None
                await connection.execute(text(copied), {"changed": json.dumps(changed)})
        for _ in range(2):
            async with engine.begin() as connection:
                await connection.run_sync(
                    fold_keys_again, Keyed("task", "keyed.key_organisation_id", ("source", "external_id"))
                )
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT code, folded_key, duplicate_of FROM task WHERE code < 'e'"))
            found = {row.code: (row.folded_key, row.duplicate_of) for row in rows}
        older = UUID("00000000-0000-4000-8000-0000000000aa")
        assert found == {
            "a": ("ministry\nnv1/2", None),
            "b": (None, older),
            "c": ("ministry\nnv7", None),
            "d": (None, None),
        }
        await migrations.upgrade(url, "sixclear.tasks")
    finally:
        await engine.dispose()
