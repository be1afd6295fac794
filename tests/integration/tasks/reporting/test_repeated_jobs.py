"""A large file of reports that is sent again doubles nothing, wherever its parts end."""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements
from tests.integration.tasks.reporting.test_bulk_jobs import accepted, line, read, results, work

TASKS, WORDS = 3, ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu"]
AT_ONCE, FILLER = 4, ["{}"] * 2


@pytest.fixture(autouse=True)
def _small_parts(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.app.state.service_state.own, "bulk_items", AT_ONCE)


async def outcomes(service: Service, told: Sequence[str]) -> dict[str, int]:
    """How many reports of a file are `reported` and `unchanged`; lines that are refused lie between them."""
    apart = "\n".join("\n".join([one, *FILLER]) for one in told)
    address = await accepted(service, apart)
    await work(service)
    job = (await read(service, address)).json()
    assert (job["state"], job["done"]) == ("finished", len(told) * (len(FILLER) + 1))
    return {name: count for name, count in job["outcomes"].items() if count and name != "rejected"}


def of_one(*words: str, **changes: Any) -> list[str]:
    return [line(1, text=word, **changes) for word in words]


@pytest.mark.asyncio
async def test_rounds_of_reports_on_many_tasks_are_unchanged_when_they_come_again(service: Service) -> None:
    for number in range(1, TASKS + 1):
        await an_assigned_task(service, source="import", external_id=f"CV-{number}")
    told = [line(number, text=word) for word, number in product(WORDS[:4], range(1, TASKS + 1))]
    assert await outcomes(service, told) == {"reported": 12}
    before = len(await service.events())
    for _ in range(2):
        service.clock.pass_by(minutes=30)
        assert await outcomes(service, told) == {"unchanged": 12}
    assert len(await service.events()) == before
    assert await outcomes(service, [*told, line(2, text="Mới")]) == {"unchanged": 12, "reported": 1}


@pytest.mark.asyncio
async def test_a_small_file_that_became_a_large_one_is_known_again(service: Service) -> None:
    task_id = await an_assigned_task(service, source="import", external_id="CV-1")
    for word in WORDS:
        await service.post("G06", f"/tasks/{task_id}/progress", {"text": word, "percent": 10})
    by_id = [json.dumps(json.loads(one) | {"task_id": str(task_id)}) for one in of_one(*WORDS[1:])]
    assert await outcomes(service, [*of_one(WORDS[0]), *by_id]) == {"unchanged": 6}
    assert await outcomes(service, of_one(*WORDS[4:], "Bảy")) == {"unchanged": 2, "reported": 1}


@pytest.mark.asyncio
async def test_what_goes_back_to_an_earlier_word_in_a_large_file_is_no_repetition(service: Service) -> None:
    await an_assigned_task(service, source="import", external_id="CV-1")
    told = [of_one(*WORDS[:4]), of_one("Một", "Hai"), of_one("Một", "Hai", "Khác", "Bốn")]
    assert [(await outcomes(service, words))["reported"] for words in told] == [4, 2, 2]


@pytest.mark.asyncio
async def test_a_line_of_an_earlier_time_in_a_large_file_doubles_no_neighbour(service: Service) -> None:
    await an_assigned_task(service, source="import", external_id="CV-1")
    service.clock.pass_by(days=2)
    late = [line(1, text=f"Cũ {day}", occurred_at=f"2025-12-0{day}T12:00:00+07:00") for day in (4, 5)]
    told = [*of_one("Một"), late[0], *of_one("Hai"), late[1], *of_one("Ba")]
    for expected in ("reported", "unchanged"):
        headers = {**service.headers("G06", "tasks:report", "facts:past"), "Content-Type": "application/x-ndjson"}
        content = "\n".join("\n".join([one, *FILLER]) for one in told)
        answer = await service.http.post("/api/tasks/v1/progress/bulk", content=content, headers=headers)
        await work(service)
        items = await results(service, answer.headers["location"])
        assert Counter(item["outcome"] for item in items if item["task_id"]) == {expected: 5}
        service.clock.pass_by(minutes=30)


@pytest.mark.asyncio
async def test_only_what_may_be_said_again_is_looked_for_in_later_parts(service: Service) -> None:
    await an_assigned_task(service, source="import", external_id="CV-1")

    async def parts_read(told: Sequence[str]) -> int:
        with statements(service) as sent:
            await outcomes(service, told)
        # One for each of the five parts, and one at the end.
        return sum("first > " in statement for statement in sent) - 6

    assert await parts_read(of_one(*WORDS)) == 0, "nothing of it was said before"
    assert await parts_read(of_one(*WORDS)) > 0
    assert await parts_read(of_one("Sáu", *["Bảy"] * 5)) == 0, "the first part tells all"
