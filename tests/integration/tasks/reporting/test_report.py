"""One progress report: what it reads and what it costs."""

import pytest
from sqlalchemy import event
from tests.integration.tasks.conftest import Service, an_assigned_task


@pytest.mark.asyncio
async def test_a_report_reads_each_thing_once(service: Service) -> None:
    task_id = await an_assigned_task(service)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(" ".join(statement.split()))

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        said = {"percent": 10, "text": "Đang làm"}
        assert (await service.post("G06", f"/tasks/{task_id}/progress", said)).status_code == 201
    finally:
        event.remove(engine, "before_cursor_execute", note)
    for table in ("task", "programme", "organisation"):
        reads = [one for one in statements if one.startswith("SELECT") and f"FROM {table} " in f"{one} "]
        assert len(reads) == 1, (table, reads)
    assert len(statements) <= 7, statements
