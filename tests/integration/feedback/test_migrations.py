"""A database of an earlier release keeps who wrote last in each case, and what was told first."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from sixclear.common import migrations
from sixclear.common.testing.postgres import EmptyDatabase

CASES = """INSERT INTO submission (submission_id, receipt_hash, fingerprint, kind, title, text, visibility, sender_kind,
                                   consent, status, received_at, due_at, due_soon_at, calendar_edition, answered_at,
                                   messages_count, demonstration, version, occurred_at, recorded_at)
           SELECT gen_random_uuid(), title::bytea, 'x', 'feedback', title, 'x', 'requester', 'citizen',
                  false, 'received', now(), now(), now(), '2026.1', answered_at::timestamptz,
                  0, false, 1, now(), now()
           FROM (VALUES ('quiet', NULL), ('asked', NULL), ('waits', NULL), ('answered', '2026-03-04'),
                        ('thanked', '2026-03-02')) AS known (title, answered_at)"""
MESSAGES = """INSERT INTO message (submission_id, submission_version, author, client_id, text, occurred_at, recorded_at)
              SELECT submission_id, number, author, 'x', 'x', day::timestamptz, now()
              FROM submission JOIN (VALUES ('asked', 9, 'sender', '2026-03-01'), ('asked', 10, 'handler', '2026-03-03'),
                                           ('waits', 9, 'handler', '2026-03-01'), ('waits', 10, 'sender', '2026-03-03'),
                                           ('answered', 2, 'sender', '2026-03-03'),
                                           ('thanked', 2, 'sender', '2026-03-03'))
                   AS said (title, number, author, day) USING (title)"""


@pytest.mark.asyncio
async def test_who_wrote_last_is_known_of_the_cases_of_an_earlier_release(empty_database: EmptyDatabase) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.feedback", "0004")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            for statement in (CASES, MESSAGES):
                await connection.execute(text(statement))
        await migrations.upgrade(url, "sixclear.feedback")
        async with engine.connect() as connection:
            told = await connection.execute(text("SELECT bool_and(first_due_at = due_at) FROM submission"))
            assert told.scalar_one() is True
            rows = await connection.execute(text("SELECT title, last_message_by FROM submission"))
            assert {row.title: row.last_message_by for row in rows} == {
                "quiet": None,
                "asked": "handler",
                "waits": "sender",
                "answered": "handler",
                "thanked": "sender",
            }
    finally:
        await engine.dispose()
