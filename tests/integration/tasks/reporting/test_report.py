"""One progress report: what it reads and what it costs."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements


@pytest.mark.asyncio
async def test_a_report_reads_each_thing_once(service: Service) -> None:
    """The row is locked, what was said is read after that, and all is written: names are remembered."""
    task_id = await an_assigned_task(service)
    path, key = f"/tasks/{task_id}/progress", {"Idempotency-Key": "k-1"}
    with service.ordinary_routes():  # from here on it is known that G06 is registered
        assert (await service.post("G06", path, {"percent": 5, "text": "Bắt đầu"})).status_code == 201
    with statements(service) as sent:
        assert (await service.post("G06", path, {"percent": 10, "text": "Đang làm"})).status_code == 201
    assert [one.split()[0] for one in sent] == ["SELECT", "SELECT", "WITH"], sent
    with statements(service) as sent:
        assert (await service.post("G06", path, {"percent": 20, "text": "Đang làm"}, **key)).status_code == 201
    assert len(sent) == 5, sent


@pytest.mark.asyncio
async def test_the_first_report_of_a_day_reads_nothing_but_what_is_hidden(service: Service) -> None:
    task_id = await an_assigned_task(service)
    with statements(service) as sent:
        said = {"percent": 10, "text": "Đang làm"}
        assert (await service.post("G06", f"/tasks/{task_id}/progress", said)).status_code == 201
    reads = [one for one in sent if one.startswith("SELECT")]
    assert not [one for one in reads if "progress_report" in one], reads
