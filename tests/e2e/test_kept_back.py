"""While a relay keeps events back the status grows old, and says so; also where a collector is named."""

import asyncpg
import pytest
from tests.e2e.platforms import Platform

from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.testing.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.kafka]

# A copy of the newest event under another version, as a writer makes it whose transaction does not end.
_A_WRITER = """
INSERT INTO event (entity_type, entity_id, version, change, data, meta, occurred_at, recorded_at, published)
SELECT entity_type, entity_id, version + 100000, change, data, meta, occurred_at, recorded_at, published
FROM event ORDER BY event_id DESC LIMIT 1
"""


@pytest.mark.asyncio
async def test_what_a_stuck_writer_keeps_back_counts_as_age(cluster: Platform) -> None:
    await cluster.settled()
    found = await cluster.get("/api/tasks/v1/tasks", programme="demonstration", bucket="in_term", limit="200")
    task = next(one for one in found["items"] if one["status"] == "in_progress")
    before = await cluster.status(programme="demonstration")
    assert before["staleness_seconds"] < 6, "every relay was heard of"

    async def staleness() -> float:
        """How old the status says that it is; the age must stay known."""
        answer = (await cluster.status(programme="demonstration"))["staleness_seconds"]
        assert answer is not None
        return float(answer)

    async def grown() -> bool:
        return await staleness() > 8

    async def young() -> bool:
        return await staleness() < 6

    address = PostgresServer(cluster.home / "postgres").url("sixclear_tasks").replace("+asyncpg", "")
    writer = await asyncpg.connect(address)
    try:
        transaction = writer.transaction()
        await transaction.start()
        await writer.execute(_A_WRITER)
        await cluster.post(
            f"org-{task['lead_organisation']['code']}",
            f"/api/tasks/v1/tasks/{task['task_id']}/progress",
            {"text": "Báo cáo chưa được gửi đi"},
        )
        await eventually(grown, within_seconds=20, every_seconds=0.5)
        now = await cluster.status(programme="demonstration")
        assert now["activity"]["reports_today"] == before["activity"]["reports_today"], "it is not sent yet"
        assert now["sources"]["tasks"]["current_until"] < now["as_of"]
        await transaction.rollback()
    finally:
        await writer.close()

    async def counted() -> bool:
        status = await cluster.status(programme="demonstration")
        return bool(status["activity"]["reports_today"] == before["activity"]["reports_today"] + 1)

    await eventually(counted, every_seconds=0.2)
    await eventually(young, every_seconds=0.2)
