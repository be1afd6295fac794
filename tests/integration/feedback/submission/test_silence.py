"""The certificate of silence: stated once for each due time, at its instant, and never of a case that was answered."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import (
    HUB,
    MINISTRY,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
)
from tests.integration.feedback.transparency.public_log import kind_of, receipts, sequencer, statements, verified

from sixclear.feedback.submission.service.silence import state_silence

pytestmark = pytest.mark.asyncio


async def stated(service: Service) -> int:
    """What a process does every two seconds; answers of how many cases it stated."""
    return await state_silence(service.database, service.log, service.clock, HUB)


async def due(service: Service, code: str, *, past: timedelta) -> str:
    """Wait until so long past the due time of a case; answers when that was."""
    told = str((await service.case(code))["due_at"])
    service.clock.pass_by(seconds=(datetime.fromisoformat(told) + past - service.clock()).total_seconds())
    return told


async def no_answers(service: Service, body: object) -> Any:
    """What a body's page counts."""
    response = await service.http.get(f"{service.prefix}/no-answers", params={"organisation": str(body)})
    assert response.status_code == 200, response.text
    return response.json()["no_answers"]


async def lines(service: Service, code: str) -> list[str]:
    """The certificates that the sender has, as lines."""
    found = [one["statement"] for one in await statements(service, code) if kind_of(one) == "no_answer"]
    return [line for one in found for line in one.split("\n") if line.startswith(("at ", "due "))]


async def test_at_the_due_time_the_log_says_that_no_answer_came(service: Service, tmp_path: Path) -> None:
    log = sequencer(service, tmp_path)
    _, code = await an_assigned_submission(service)
    due_at = await due(service, code, past=timedelta())
    assert await stated(service) == 0
    service.clock.pass_by(seconds=61)
    assert await stated(service) == 1
    await log.run()
    assert await lines(service, code) == ["at 2025-11-24T10:01:01Z", f"due {due_at}"]
    for saved in await receipts(service, code):
        verified(saved)
    assert (await no_answers(service, MINISTRY), await no_answers(service, HUB)) == (1, 0)
    assert await no_answers(service, "G06") == 1


async def test_a_timer_that_slept_says_the_true_due_time_and_when_it_woke(service: Service, tmp_path: Path) -> None:
    _, code = await a_submission(service)
    due_at = await due(service, code, past=timedelta(hours=1, minutes=1))
    assert await stated(service) == 1
    await sequencer(service, tmp_path).run()
    assert await lines(service, code) == ["at 2025-11-24T11:01:00Z", f"due {due_at}"]
    assert await no_answers(service, HUB) == 1  # no other body had the case


async def test_run_again_and_in_many_processes_it_is_stated_once(service: Service, tmp_path: Path) -> None:
    codes = [(await a_submission(service, sign * 16))[1] for sign in "abcde"]
    await due(service, codes[0], past=timedelta(minutes=2))
    assert sum(await asyncio.gather(*(stated(service) for _ in range(4)))) == 5
    assert await stated(service) == 0
    await sequencer(service, tmp_path).run()
    assert [len(await lines(service, code)) for code in codes] == [2] * 5


async def test_an_answer_of_the_last_second_wins(service: Service, tmp_path: Path) -> None:
    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer())
    await due(service, code, past=timedelta(seconds=-1))
    path = f"{case}/answers/{drafted.json()['answer_id']}/publish"
    async with service.database.transaction() as session:
        # The answer waits for the row until after the due time; the timer does not.
        await session.execute(text("SELECT 1 FROM submission FOR UPDATE"))
        publishing = asyncio.ensure_future(service.post("feedback-publisher", path, {}))
        service.clock.pass_by(seconds=90)
        assert await stated(service) == 0
    assert (await publishing).status_code == 200
    assert await stated(service) == 0
    await sequencer(service, tmp_path).run()
    assert await lines(service, code) == []


async def test_a_due_time_that_moved_gives_none_and_the_later_one_its_own(service: Service, tmp_path: Path) -> None:
    _, code = await a_submission(service)
    due_at = await due(service, code, past=timedelta(minutes=2))
    later = datetime.fromisoformat(due_at) + timedelta(days=1)
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET due_at = :later"), {"later": later})
    assert await stated(service) == 0
    service.clock.pass_by(days=1)
    assert await stated(service) == 1
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET due_at = :later"), {"later": later + timedelta(days=1)})
    service.clock.pass_by(days=1)
    assert await stated(service) == 1
    await sequencer(service, tmp_path).run()
    assert [line for line in await lines(service, code) if line.startswith("due ")] == [
        "due 2025-11-25T10:00:00Z",
        "due 2025-11-26T10:00:00Z",
    ]


async def test_a_case_that_passes_to_another_body_leaves_its_silence_where_it_was(
    service: Service, tmp_path: Path
) -> None:
    submission_id, code = await an_assigned_submission(service)
    await due(service, code, past=timedelta(minutes=2))
    await stated(service)
    await sequencer(service, tmp_path).run()
    assigned = {"organisation_id": "G01"}
    assert (await service.post("feedback-hub", f"/submissions/{submission_id}/assign", assigned)).status_code == 200
    assert (await no_answers(service, "G06"), await no_answers(service, "G01")) == (1, 0)


async def test_who_counts_a_body_that_is_unknown_is_told(service: Service) -> None:
    params = {"organisation": "no-such-body"}
    refused = await service.http.get(f"{service.prefix}/no-answers", params=params)
    assert (refused.status_code, refused.json()["code"]) == (422, "reference-unknown")
    assert await no_answers(service, "00000000-0000-4000-8000-000000000000") == 0
