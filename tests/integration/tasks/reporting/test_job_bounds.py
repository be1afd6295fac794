"""How much of large files may wait: files of a sender, and items of a file."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.reporting.test_bulk_jobs import accepted, send

from sixclear.common.bulk import incoming, jobs


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
