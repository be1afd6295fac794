"""One progress report: what it reads and what it costs."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements


@pytest.mark.asyncio
async def test_a_report_reads_each_thing_once(service: Service) -> None:
    task_id = await an_assigned_task(service)
    with statements(service) as sent:
        said = {"percent": 10, "text": "Đang làm"}
        assert (await service.post("G06", f"/tasks/{task_id}/progress", said)).status_code == 201
    for table in ("task", "programme", "organisation"):
        reads = [one for one in sent if one.startswith("SELECT") and f"FROM {table} " in one]
        assert len(reads) == 1, (table, reads)
    assert len(sent) <= 7, sent
