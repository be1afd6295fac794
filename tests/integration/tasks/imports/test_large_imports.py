"""Twenty thousand rows with three hundred wrong ones: each named at its cell, the rest taken, no more held than a part.

What happens to a file in the middle is in `test_imports.py`, whose stories are the small sisters of these.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.imports.test_imports import (
    as_csv,
    as_lines,
    as_xlsx,
    ended,
    heading,
    officers_rows,
    results_of,
)

from sixclear.common.bulk.tables import CSV, XLSX
from sixclear.common.web.openapi import NDJSON

ROWS, WRONG = 20_000, 300
MOST_MORE = 100 * 1024 * 1024
_PART = 64 * 1024


def peak_bytes() -> int:
    """The most memory that this process has held since `forget_peak`."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


async def job_of(service: Service, content: bytes, media_type: str, query: str = "") -> tuple[str, dict[str, Any]]:
    """The address of the job that the file became, and the job when it has ended."""

    async def body() -> AsyncIterator[bytes]:
        for begin in range(0, len(content), _PART):
            yield content[begin : begin + _PART]

    headers = service.headers("P57") | {"Content-Type": media_type}
    answer = await service.http.post(f"{service.prefix}/imports/tasks{query}", content=body(), headers=headers)
    assert answer.status_code == 202, answer.text
    address = str(answer.headers["location"])
    return address, await ended(service, address, tries=5_000)


@pytest.mark.long
@pytest.mark.asyncio
@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx"])
async def test_twenty_thousand_rows_come_in_with_every_fault_named(service: Service, form: str, tmp_path: Path) -> None:
    rows, wrong = officers_rows(ROWS, WRONG)
    media_type = {"csv": CSV, "ndjson": NDJSON, "xlsx": XLSX}[form]
    content = {
        "csv": lambda: as_csv("tasks", rows),
        "ndjson": lambda: as_lines(rows),
        "xlsx": lambda: as_xlsx("tasks", rows, tmp_path / "nhiem-vu.xlsx"),
    }[form]()
    await service.get("/tasks")
    forget_peak()
    idle = peak_bytes()
    address, job = await job_of(service, content, media_type)
    assert job["outcomes"] == {"created": ROWS - WRONG, "updated": 0, "unchanged": 0, "rejected": WRONG}
    items = await results_of(service, address)
    for place, (code, name) in wrong.items():
        problem = items[place]["problem"]
        column = name if form == "ndjson" else heading("tasks", name)
        assert (problem["code"], problem["column"]) == (code, column), (place, problem)
    assert [item["index"] for item in items if item["outcome"] == "rejected"] == sorted(wrong)
    del items
    _, again = await job_of(service, content, media_type)
    assert again["outcomes"] == {"created": 0, "updated": 0, "unchanged": ROWS - WRONG, "rejected": WRONG}
    assert (await service.get("/tasks", limit="1"))["total_is_lower_bound"]
    _, atomic = await job_of(service, content, media_type, "?mode=atomic")
    assert (atomic["nothing_written"], atomic["outcomes"]["rejected"]) == (True, WRONG)
    if form != "xlsx":
        assert peak_bytes() - idle < MOST_MORE
