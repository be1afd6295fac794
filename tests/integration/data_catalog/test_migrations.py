"""Entries and dossiers of an earlier release are found by what people type."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from sixclear.common import migrations
from sixclear.common.testing.postgres import EmptyDatabase

ENTRY = """INSERT INTO entry (entry_id, code, name_vi, kind, search_text, owner_organisation_id, lists,
                              deployment_stage, risk, registration_status, missing_documents, demonstration,
                              version, occurred_at, recorded_at)
           VALUES (gen_random_uuid(), 'SO-1', 'Sổ Ðịnh danh', 'database', 'so-1 so ðinh danh', gen_random_uuid(), '[]',
                   'planned', 'none', 'returned', 1, false, 1, now(), now())"""
DOCUMENT = """INSERT INTO document (entry_id, title_folded, title, missing)
              SELECT entry_id, :folded, :title, :missing FROM entry"""


@pytest.mark.asyncio
async def test_titles_that_are_the_same_to_the_eye_are_one_document_and_none_is_lost(
    empty_database: EmptyDatabase,
) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.data_catalog", "0003")
    engine = create_async_engine(url, poolclass=NullPool)
    documents = [
        ("quyet dinh phe duyet", "Quyết định phê duyệt", True),
        ("quyet ðinh phe duyet", "Quyết ðịnh phê duyệt", False),
        ("to trinh\u200b", "Tờ trình\u200b", True),
    ]
    try:
        async with engine.begin() as connection:
            await connection.execute(text(ENTRY))
            for folded, title, missing in documents:
                await connection.execute(text(DOCUMENT), {"folded": folded, "title": title, "missing": missing})
        await migrations.upgrade(url, "sixclear.data_catalog")
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT search_text FROM entry")) == "so-1 so dinh danh"
            rows = await connection.execute(text("SELECT title, title_folded FROM document"))
            assert {row.title: row.title_folded for row in rows} == {
                "Quyết định phê duyệt": "quyet dinh phe duyet",
                "Quyết ðịnh phê duyệt": "quyet ðinh phe duyet",
                "Tờ trình\u200b": "to trinh",
            }
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_entries_of_before_are_public_but_for_those_of_a_high_level(empty_database: EmptyDatabase) -> None:
    url = await empty_database()
    await migrations.upgrade(url, "sixclear.data_catalog", "0012")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            for level in (None, 1, 2, 3, 4, 5):
                code = f"SO-{level}"
                await connection.execute(text(ENTRY.replace("'SO-1'", f"'{code}'")))
                await connection.execute(
                    text("UPDATE entry SET security_level = :level WHERE code = :code"), {"level": level, "code": code}
                )
        await migrations.upgrade(url, "sixclear.data_catalog")
        async with engine.begin() as connection:
            await connection.execute(text(ENTRY.replace("'SO-1'", "'BEFORE'")))
            rows = await connection.execute(text("SELECT code, classification FROM entry"))
            found = {row.code: row.classification for row in rows}
        assert {code for code, classification in found.items() if classification == "restricted"} == {"SO-4", "SO-5"}
        assert set(found.values()) == {"public", "restricted"}
        assert found["BEFORE"] == "public", "the release before enters it without a classification"
    finally:
        await engine.dispose()
