"""How much of large files may wait: files of a sender, and items of a file."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.reporting.test_bulk_jobs import accepted, send

from sixclear.common.bulk import incoming, jobs
from sixclear.common.caller import Caller
from sixclear.tasks.organisation.seed import organisation_id


@pytest.mark.asyncio
async def test_of_files_that_come_together_no_more_than_four_are_taken(service: Service) -> None:
    answers = await asyncio.gather(*(send(service, "{}\n" * 1_001) for _ in range(7)))
    assert Counter(answer.status_code for answer in answers) == {202: jobs.MOST_OPEN_OF_SENDER, 429: 3}


@pytest.mark.asyncio
async def test_a_file_of_too_many_items_is_refused_and_leaves_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MOST_ITEMS", 2_500)
    refused = await send(service, "{}\n" * 2_501)
    assert (refused.status_code, refused.json()["code"]) == (413, "bulk-too-large")
    assert "2500 items at most" in refused.json()["detail"]
    async with service.database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM bulk_job"))).scalar_one() == 0
    await accepted(service, "{}\n" * 2_500)


@pytest.mark.asyncio
async def test_files_that_broke_without_a_word_keep_no_sender_out_for_long(service: Service) -> None:
    async def opened() -> None:
        async with service.database.transaction() as session:
            caller = Caller("org-G06", organisation_id=organisation_id("G06"), scopes=frozenset({"tasks:report"}))
            await jobs.begin(session, uuid4(), "reportProgressInBulk", caller, None, service.clock.now, 20)

    for _ in range(jobs.MOST_OPEN_OF_SENDER):
        await opened()
    service.clock.pass_by(seconds=59)
    assert (await send(service, "{}\n" * 1_001)).status_code == 429
    service.clock.pass_by(seconds=1)
    assert (await send(service, "{}\n" * 1_001)).status_code == 202
    async with service.database.session() as session:
        states = list(await session.scalars(text("SELECT state FROM bulk_job")))
    assert states == ["waiting"]


@pytest.mark.asyncio
async def test_a_slow_file_does_not_pass_for_a_broken_one(service: Service) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"{}\n" * 10 + b" " * incoming.AT_ONCE_BYTES + b"\n"
        for _ in range(8):
            service.clock.pass_by(seconds=25)
            yield b"{}\n"
            seen.append(await _progress(service))

    seen: list[datetime] = []
    headers = service.headers("G06") | {"content-type": "application/x-ndjson"}
    answer = await service.http.post(f"{service.prefix}/progress/bulk", content=slowly(), headers=headers)
    assert answer.status_code == 202, answer.text
    assert len(set(seen)) == len(seen), "it says that it still comes"


async def _progress(service: Service) -> datetime:
    async with service.database.session() as session:
        told: datetime = (await session.execute(text("SELECT max(progress_at) FROM bulk_job"))).scalar_one()
        return told


@pytest.mark.asyncio
async def test_uploads_that_break_leave_nothing_and_keep_no_sender_out(service: Service) -> None:
    headers = service.headers("G06") | {"content-type": "application/x-ndjson"}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    path = f"{service.prefix}/progress/bulk"
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    sent = b"{}\n" * 10 + b" " * incoming.AT_ONCE_BYTES + b"\n", b"{}\n" * 100_000
    for _ in range(jobs.MOST_OPEN_OF_SENDER + 1):
        parts = iter([*({"type": "http.request", "body": one, "more_body": True} for one in sent), _GONE])
        await service.app({**scope, "headers": raw}, partial(_next, parts), _unheard)
    async with service.database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM bulk_job"))).scalar_one() == 0
    await accepted(service, "{}\n" * 1_001)


_GONE: dict[str, Any] = {"type": "http.disconnect"}


async def _next(parts: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return next(parts, _GONE)


async def _unheard(_message: Any) -> None:
    return None
