"""Tasks that an earlier release folded are found by what people type."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.integration.tasks.test_migrations import BODY, STATEMENTS

from sixclear.common import folded_columns, migrations
from sixclear.common.testing.postgres import EmptyDatabase

# Title, and how the release before folded it.
TITLES = {
    "plain": ("Số hóa hồ sơ", "plain so hoa ho so"),
    "eth": ("Đề án Ðịnh danh", "eth de an ðinh danh"),
    "unseen": ("Cổng dữ\u200b liệu mở", "unseen cong du\u200b lieu mo"),
    "dash": ("Kế hoạch 1–2", "dash ke hoach 1–2"),
    "cyrillic": ("Проект", "cyrillic проект"),
}


@pytest.mark.asyncio
async def test_what_was_folded_by_another_rule_is_folded_again_in_batches(
    empty_database: EmptyDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folded_columns, "_BATCH", 2)
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.tasks", "0013")
    engine = create_async_engine(url, poolclass=NullPool)
    added = """INSERT INTO task
               SELECT copy.* FROM task, LATERAL jsonb_populate_record(task, jsonb_build_object(
                   'task_id', gen_random_uuid(), 'code', CAST(:code AS text), 'title', CAST(:title AS text),
                   'search_text', CAST(:folded AS text))) AS copy
               WHERE task.code = 'unkeyed'"""
    try:
        async with engine.begin() as connection:
            for statement in STATEMENTS:
                await connection.execute(text(statement), {"body": BODY})
            for code, (title, folded) in TITLES.items():
                await connection.execute(text(added), {"code": code, "title": title, "folded": folded})
        await migrations.upgrade(url, "sixclear.tasks")
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT code, search_text FROM task WHERE title <> 'Việc'"))
            assert {row.code: row.search_text for row in rows} == {
                "plain": "plain so hoa ho so",
                "eth": "eth de an dinh danh",
                "unseen": "unseen cong du lieu mo",
                "dash": "dash ke hoach 1-2",
                "cyrillic": "cyrillic проект",
            }
    finally:
        await engine.dispose()
