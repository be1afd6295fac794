"""A clock stands still while the sender completes, goes on, moves by decision, and says how it was counted."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import HUB, Service, an_answer, an_assigned_submission
from tests.integration.feedback.transparency.public_log import kind_of, sequencer, statements

from sixclear.feedback.submission.service.editions import move_open_cases
from sixclear.feedback.submission.service.hours import publish_hours
from sixclear.feedback.submission.service.silence import state_silence
from sixclear.feedback.submission.service.timing import end_pauses

pytestmark = pytest.mark.asyncio
DUE = "2025-11-24T10:00:00Z"


async def asked(service: Service, case: UUID, days: int, client: str = "ministry") -> Any:
    """What asking for completion is answered with."""
    body = {"text": "Xin gửi thêm tên các viện.", "working_days": days}
    return await service.post(client, f"/submissions/{case}/pauses", body)


async def clock(service: Service, case: UUID, client: str = "ministry") -> Any:
    """The clock as a handler reads it."""
    response = await service.http.get(f"{service.prefix}/submissions/{case}/clock", headers=service.headers(client))
    assert response.status_code == 200, response.text
    return response.json()


async def over(service: Service) -> int:
    """What a process does every two seconds; answers how many pauses it ended."""
    return await end_pauses(service.database, service.log, service.clock)


async def until(service: Service, instant: str) -> None:
    """Wait until then, and a minute and a second."""
    ahead = datetime.fromisoformat(instant) - service.clock()
    service.clock.pass_by(seconds=ahead.total_seconds() + 61)


async def test_while_the_sender_completes_the_clock_stands_still_and_the_reply_lets_it_go_on(
    service: Service, tmp_path: Path
) -> None:
    case, code = await an_assigned_submission(service)
    service.clock.pass_by(days=3)  # Thursday 6 November
    paused = await asked(service, case, 8)
    assert paused.status_code == 201, paused.text
    mailbox = await service.case(code)
    assert (mailbox["due_at"], mailbox["clock"]["first_due_at"]) == ("2025-12-04T10:00:00Z", DUE)
    assert mailbox["clock"]["paused_since"] == "2025-11-06T03:00:00Z"
    assert mailbox["messages"][-1]["text"] == "Xin gửi thêm tên các viện."
    service.clock.pass_by(days=5)  # Tuesday 11 November
    replied = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Viện Vật lý."})
    assert replied.status_code == 201, replied.text
    mailbox = await service.case(code)
    assert (mailbox["due_at"], mailbox["clock"]["paused_since"]) == ("2025-11-27T10:00:00Z", None)
    (pause,) = mailbox["clock"]["pauses"]
    assert (pause["ended_by"], pause["to_at"]) == ("sender", "2025-11-11T03:00:00Z")
    told = [(event.change, event.data["step"], event.data["due_at"]) for event in (await service.events())[-4:]]
    assert told == [
        ("message_added", "draft", DUE),
        ("clock_paused", "completion", "2025-12-04T10:00:00Z"),
        ("message_added", "completion", "2025-12-04T10:00:00Z"),
        ("clock_resumed", "draft", "2025-11-27T10:00:00Z"),
    ]
    assert {event.data["first_due_at"] for event in await service.events()} == {DUE}
    await sequencer(service, tmp_path).run()
    stated = [one["statement"] for one in await statements(service, code) if kind_of(one) == "due_changed"]
    assert [one.split("\ndue ")[1].split("\n")[0] for one in stated] == ["2025-12-04T10:00:00Z", "2025-11-27T10:00:00Z"]
    assert all("\nrule pause-10/" in one for one in stated)


async def test_the_explanation_is_the_same_for_sender_and_handler_and_adds_up(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    service.clock.pass_by(days=3)
    await asked(service, case, 2)
    shown = await clock(service, case)
    assert shown == (await service.case(code))["clock"]
    assert [(line["what"], line["days"], line["mark"]) for line in shown["lines"]] == [
        ("received", 0, None),
        ("answer", 15, "law"),
        ("stopped", 2, "proposal"),
        ("not_worked", 6, None),
        ("due", 0, None),
    ]
    assert shown["lines"][1]["basis"] == "Decree 92/2017/ND-CP"
    first, last = (datetime.fromisoformat(shown["lines"][at]["day"]) for at in (0, -1))
    assert (last - first).days == sum(line["days"] for line in shown["lines"])
    assert shown["lines"][2]["text_en"].startswith("The clock stood still from 06/11/2025 to 10/11/2025")
    assert (shown["pause_days_left"], shown["long_overdue_at"]) == (8, "2025-12-17T10:00:00Z")


async def test_a_sender_who_does_not_reply_stops_the_clock_no_longer_than_was_said(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    await asked(service, case, 2)  # Monday 3 November
    due = (await service.case(code))["due_at"]
    assert due == "2025-11-26T10:00:00Z"
    service.clock.pass_by(days=1)
    assert await over(service) == 0
    await until(service, "2025-11-05T10:00:00Z")
    assert sum(await asyncio.gather(over(service), over(service))) == 1
    assert await over(service) == 0
    told = (await service.events())[-1]
    assert (told.change, told.data["due_at"], told.occurred_at.isoformat()) == (
        "clock_resumed",
        due,
        "2025-11-05T10:00:00+00:00",
    )
    (pause,) = (await service.case(code))["clock"]["pauses"]
    assert (pause["ended_by"], pause["to_at"]) == ("time", "2025-11-05T10:00:00Z")
    again = await service.post("ministry", f"/submissions/{case}/pauses/end", {})
    assert (again.status_code, again.json()["code"]) == (409, "transition-not-allowed")


async def test_a_clock_stands_still_twice_and_ten_working_days_in_all(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    assert (await asked(service, case, 11)).status_code == 422
    assert (await asked(service, case, 6)).status_code == 201
    assert (await asked(service, case, 1)).json()["code"] == "transition-not-allowed"
    service.clock.pass_by(days=1)
    assert (await service.post("ministry", f"/submissions/{case}/pauses/end", {})).status_code == 200
    assert (await clock(service, case))["pause_days_left"] == 9
    refused = await asked(service, case, 10)
    assert (refused.status_code, refused.json()["code"]) == (409, "pauses-used-up")
    assert refused.json()["errors"][0]["pointer"] == "#/working_days"
    assert (await asked(service, case, 9)).status_code == 201
    service.clock.pass_by(days=1)
    await service.post("ministry", f"/submissions/{case}/pauses/end", {})
    assert (await asked(service, case, 1)).json()["code"] == "pauses-used-up"
    assert len(await service.rows("pause")) == 2


async def test_a_case_that_is_opened_again_has_no_new_pauses(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    assert (await asked(service, case, 6)).status_code == 201
    await service.public("/mailbox/messages", {"receipt_code": code, "text": "Viện Vật lý."})
    drafted = await service.post("ministry", f"/submissions/{case}/answers", an_answer())
    path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    assert (await service.public("/mailbox/reopen", {"receipt_code": code, "reason": "Chưa rõ."})).status_code == 200
    assert (await asked(service, case, 1)).status_code == 201
    await service.public("/mailbox/messages", {"receipt_code": code, "text": "Viện Hóa học."})
    assert (await asked(service, case, 1)).json()["code"] == "pauses-used-up"


async def test_a_full_mailbox_keeps_no_handler_from_asking_and_no_sender_from_replying(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    for number in range(3):
        await service.public("/mailbox/messages", {"receipt_code": code, "text": f"Lần {number}"})
    for days in (2, 3):
        full = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Thêm"})
        assert full.json()["code"] == "mailbox-full"
        assert (await asked(service, case, days)).status_code == 201
        replied = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Viện Vật lý."})
        assert replied.status_code == 201, replied.text
    moved = await service.post("feedback-hub", f"/submissions/{case}/due-changes", {"text": "x", "working_days": 1})
    assert moved.status_code == 201, moved.text
    shown = await service.case(code)
    assert [one["text"] for one in shown["messages"]][3:5] == ["Xin gửi thêm tên các viện.", "Viện Vật lý."]
    assert (shown["clock"]["paused_since"], len(shown["messages"])) == (None, 8)


async def test_an_overdue_case_can_be_neither_stopped_nor_moved(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    await until(service, DUE)
    before = await service.events()
    moved = await service.post("feedback-hub", f"/submissions/{case}/due-changes", {"text": "x", "working_days": 1})
    for refused in (await asked(service, case, 1), moved):
        assert (refused.status_code, refused.json()["code"]) == (409, "clock-over")
    assert await service.events() == before
    assert await service.rows("message") == []


@pytest.mark.parametrize("step", ["pauses", "due-changes"])
async def test_a_case_that_keeps_hours_is_overdue_at_once_too(service: Service, step: str) -> None:
    case, code = await an_assigned_submission(service, identity_level="anonymous", sender={"kind": "citizen"})
    await until(service, DUE)
    body = {"text": "x", "working_days": 1}
    refused = await service.post("feedback-hub", f"/submissions/{case}/{step}", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "clock-over")
    shown = await service.case(code)
    assert (shown["due_at"], shown["clock"]["state"]) == (DUE, "overdue")


@pytest.mark.parametrize("step", ["pauses", "due-changes"])
async def test_no_clock_is_stopped_or_moved_in_the_past(service: Service, step: str) -> None:
    case, code = await an_assigned_submission(service)
    before = f"{service.clock():%Y-%m-%dT%H:%M:%SZ}"
    await until(service, DUE)
    body = {"text": "x", "working_days": 10, "occurred_at": before}
    refused = await service.post("feedback-hub", f"/submissions/{case}/{step}", body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == "#/occurred_at"
    shown = await service.case(code)
    assert (shown["due_at"], shown["clock"]["state"]) == (DUE, "overdue")


async def test_a_paused_case_is_overdue_for_nobody_before_its_latest_day(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    await asked(service, case, 10)
    await until(service, DUE)
    assert await state_silence(service.database, service.log, service.clock, HUB) == 0
    assert (await service.case(code))["clock"]["state"] == "in_time"


async def test_a_decision_moves_both_clocks_and_only_the_hub_takes_it(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    body = {"text": "Cần hỏi ý kiến ba viện.", "working_days": 10}
    by_body = await service.post("ministry", f"/submissions/{case}/due-changes", body)
    assert (by_body.status_code, by_body.json()["code"]) == (403, "organisation-not-allowed")
    assert (await service.post("feedback-hub", f"/submissions/{case}/due-changes", body)).status_code == 201
    mailbox = await service.case(code)
    assert (mailbox["due_at"], mailbox["messages"][-1]["text"]) == ("2025-12-08T10:00:00Z", body["text"])
    assert [line["days"] for line in mailbox["clock"]["lines"] if line["what"] == "moved"] == [10]
    again = await service.post("feedback-hub", f"/submissions/{case}/due-changes", body)
    assert (again.status_code, again.json()["code"]) == (409, "decisions-used-up")


async def test_an_answer_to_a_paused_case_ends_the_pause(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    await asked(service, case, 5)
    drafted = await service.post("ministry", f"/submissions/{case}/answers", an_answer())
    path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    mailbox = await service.case(code)
    assert (mailbox["clock"]["paused_since"], mailbox["due_at"]) == (None, DUE)
    assert [event.change for event in (await service.events())[-2:]] == ["clock_resumed", "answered"]


async def test_a_newer_edition_of_the_calendar_counts_a_pause_and_a_decision_too(service: Service) -> None:
    service.clock.pass_by(days=406)  # 14 December 2026
    case, code = await an_assigned_submission(service)
    await asked(service, case, 2)
    body = {"text": "x", "working_days": 1}
    assert (await service.post("feedback-hub", f"/submissions/{case}/due-changes", body)).status_code == 201
    due = (await service.case(code))["due_at"]
    assert due == "2027-01-08T10:00:00Z"
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE submission SET calendar_edition = '2026.1', due_at = :due"),
            {"due": datetime(2027, 1, 7, 10, tzinfo=UTC)},
        )
    assert await move_open_cases(service.database, service.log, service.clock()) == 1
    assert (await service.case(code))["due_at"] == due
    assert await move_open_cases(service.database, service.log, service.clock()) == 0


async def test_of_an_anonymous_sender_a_pause_keeps_the_hour_alone(service: Service) -> None:
    service.clock.pass_by(minutes=17, seconds=5)
    case, code = await an_assigned_submission(service, identity_level="anonymous", sender={"kind": "citizen"})
    assert (await asked(service, case, 3)).status_code == 201
    (pause,) = await service.rows("pause")
    assert pause["from_at"] == datetime(2025, 11, 3, 3, tzinfo=UTC)
    assert pause["pause_id"].version == 4
    assert [event.change for event in await service.events()] == []
    await until(service, "2025-11-06T10:00:00Z")
    assert await over(service) == 1
    service.clock.pass_by(hours=2)
    await publish_hours(service.database, service.log, service.clock)
    told = [event for event in await service.events() if event.published]
    assert [(event.change, event.data["paused_since"]) for event in told] == [
        ("clock_paused", "2025-11-03T03:00:00Z"),
        ("clock_resumed", None),
    ]
    assert (await service.case(code))["clock"]["pauses"][0]["ended_by"] == "time"


async def test_another_body_reads_no_clock(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    response = await service.http.get(
        f"{service.prefix}/submissions/{case}/clock", headers=service.headers("other-ministry")
    )
    assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")
    assert (await asked(service, case, 1, "other-ministry")).status_code == 404


async def test_of_two_pauses_of_one_hour_the_one_that_stands_ends(service: Service) -> None:
    case, code = await an_assigned_submission(service, identity_level="anonymous", sender={})
    assert (await asked(service, case, 2)).status_code == 201
    replied = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Viện Vật lý."})
    assert replied.status_code == 201, replied.text
    assert (await asked(service, case, 3)).status_code == 201
    async with service.database.transaction() as session:  # the second lies first in the file of the table
        await session.execute(text("CREATE TEMP TABLE held ON COMMIT DROP AS SELECT * FROM pause"))
        await session.execute(text("DELETE FROM pause"))
        await session.execute(text("INSERT INTO pause SELECT * FROM held ORDER BY ended_at DESC NULLS FIRST"))
    resumed = await service.post("ministry", f"/submissions/{case}/pauses/end", {})
    assert resumed.status_code == 200, resumed.text
    ended = {row["working_days"]: row["ended_by"] for row in await service.rows("pause")}
    assert ended == {2: "sender", 3: "handler"}
    service.clock.pass_by(days=30)
    assert await asyncio.wait_for(over(service), timeout=10) == 0
