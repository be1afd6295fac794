"""Everyone reads of a public copy by which day an answer is owed, and whether what was promised was done."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.feedback.conftest import KEY, Service, an_answer, an_assigned_submission, service
from tests.integration.feedback.publication.released import ANSWER, MISTAKE, WORDS, an_answered_case, listed, released

from sixclear.common.testing.eventually import eventually
from sixclear.feedback.public_clock import repository
from sixclear.feedback.public_clock import service as public_clocks
from sixclear.feedback.public_clock.repository import alone, copy_days
from sixclear.feedback.public_clock.service import tell_day

__all__ = ["service"]

pytestmark = pytest.mark.asyncio

STEPS = [
    {"words": "Công bố lịch của sáu phòng", "due_date": "2025-12-01"},
    {"words": "Gọi ông Trần Văn An, 0912 345 678", "due_date": "2026-03-31"},
]


# As many cases like this one as are asked for, each with a public copy, an answer and a promised step.
_MANY = """
    WITH made AS (
      SELECT gen_random_uuid() AS submission_id, gen_random_uuid() AS publication_id, gen_random_uuid() AS answer_id,
             gen_random_uuid() AS promise_id, sha256(convert_to(gen_random_uuid()::text, 'UTF8')) AS receipt_hash
      FROM generate_series(1, :count)),
    cases AS (INSERT INTO submission SELECT (jsonb_populate_record(s, to_jsonb(m))).* FROM submission s, made m
              WHERE s.submission_id = :case),
    copies AS (INSERT INTO publication SELECT (jsonb_populate_record(p, to_jsonb(m))).* FROM publication p, made m
               WHERE p.submission_id = :case),
    answers AS (INSERT INTO answer SELECT (jsonb_populate_record(a, to_jsonb(m))).* FROM answer a, made m
                WHERE a.submission_id = :case)
    INSERT INTO promise SELECT (jsonb_populate_record(r, to_jsonb(m))).*
    FROM made m, promise r JOIN answer a USING (answer_id) WHERE a.submission_id = :case
"""

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def shown(service: Service, copy: str) -> Any:
    response = await service.http.get(f"{service.prefix}/publications/{copy}")
    assert response.status_code == 200, response.text
    return response.json()


async def an_open_idea(service: Service, key: str = KEY, **changes: Any) -> tuple[str, str, str]:
    """Case, receipt code and public copy of an idea that waits for its answer."""
    case, code = await an_assigned_submission(service, key, **({"consent": True} | changes))
    response = await service.post("feedback-publisher", f"/submissions/{case}/publication", WORDS)
    assert response.status_code == 201, response.text
    return str(case), code, response.json()["publication_id"]


async def answered(service: Service, case: object, **changes: Any) -> None:
    draft = await service.post("feedback-hub", f"/submissions/{case}/answers", an_answer(**changes))
    assert draft.status_code == 201, draft.text
    path = f"/submissions/{case}/answers/{draft.json()['answer_id']}/publish"
    published = await service.post("feedback-publisher", path, {})
    assert published.status_code == 200, published.text


async def a_new_day(service: Service, days: int = 1) -> None:
    service.clock.pass_by(days=days)
    assert await tell_day(service.database, service.clock)


async def test_a_clock_goes_from_in_time_to_overdue_to_answered_late(service: Service) -> None:
    case, code, copy = await an_open_idea(service)
    clock = (await shown(service, copy))["clock"]
    assert clock == {
        "received_on": "2025-11-03",
        "due_on": "2025-11-24",
        "first_due_on": None,
        "reopened_on": None,
        "answered_on": None,
        "answered_in_time": None,
        "state": "in_time",
        "as_of": "2025-11-03",
    }
    assert (await service.case(code))["due_at"] == "2025-11-24T10:00:00Z", "17:00 of that day"
    await a_new_day(service, 18)
    assert (await shown(service, copy))["clock"]["state"] == "due_soon"
    assert await listed(service, overdue="true") == []
    await a_new_day(service, 4)
    [late] = await listed(service, overdue="true")
    assert (late["publication_id"], late["clock"]["state"], late["clock"]["as_of"]) == (copy, "overdue", "2025-11-25")
    assert await listed(service, overdue="false") == []
    await answered(service, case)
    assert (await shown(service, copy))["clock"]["state"] == "overdue", "a step of today is told tomorrow"
    await a_new_day(service)
    clock = (await shown(service, copy))["clock"]
    assert (clock["state"], clock["answered_on"], clock["answered_in_time"]) == ("answered", "2025-11-25", False)
    assert await listed(service, overdue="true") == []


async def test_who_reads_twice_does_not_learn_when_the_sender_took_a_step(service: Service) -> None:
    case, code, copy = await an_open_idea(service, identity_level="anonymous", sender={"kind": "citizen"})
    asked = {"text": "Xin gửi thêm tên các viện.", "working_days": 4}
    assert (await service.post("ministry", f"/submissions/{case}/pauses", asked)).status_code == 201
    await a_new_day(service)
    before = await shown(service, copy)
    assert before["clock"]["state"] == "paused"
    replied = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Ba viện ở Hà Nội."})
    assert replied.status_code == 201, replied.text
    service.clock.pass_by(hours=3)
    assert not await tell_day(service.database, service.clock), "once a day"
    assert await shown(service, copy) == before
    await a_new_day(service)
    after = (await shown(service, copy))["clock"]
    assert (after["state"], after["first_due_on"]) == ("in_time", "2025-11-24")
    assert after["due_on"] > "2025-11-24"
    assert all(len(day) == len("2025-11-24") for name, day in after.items() if name.endswith("_on") and day)


async def test_promised_steps_are_shown_until_they_are_done_in_words_of_a_moderator(service: Service) -> None:
    case, _ = await an_assigned_submission(service, consent=True)
    await answered(service, case, steps=STEPS)
    path = f"/submissions/{case}/publication"
    copy = (await released(service, case))["publication_id"]
    assert [(one["words"], one["due_on"], one["done_on"]) for one in (await shown(service, copy))["steps"]] == [
        (None, "2025-12-01", None),
        (None, "2026-03-31", None),
    ]
    draft = await service.get(path)
    assert [one["words"] for one in draft["steps"]] == [STEPS[0]["words"], "Gọi ông [họ tên], [số điện thoại]"]
    clear = [one | {"words": step["words"]} for one, step in zip(draft["steps"], STEPS, strict=True)]
    refused = await service.post("feedback-publisher", path, WORDS | {"answer": ANSWER, "steps": clear})
    assert {one["pointer"] for one in refused.json()["errors"]} == {"#/steps/1/words"}
    assert "0912" not in refused.text
    await released(service, case, steps=draft["steps"])
    done = await service.post("desk", f"/submissions/{case}/promises/{draft['steps'][0]['promise_id']}/done", {})
    assert done.status_code == 200, done.text
    await a_new_day(service, 29)
    first, second = (await shown(service, copy))["steps"]
    assert (first["words"], first["done_on"], first["overdue"]) == (STEPS[0]["words"], "2025-11-03", False)
    assert (second["done_on"], second["overdue"]) == (None, False)
    [one] = await listed(service, open_steps="true")
    assert (one["publication_id"], one["open_steps"]) == (copy, 1)
    assert await listed(service, open_steps="false") == []
    await a_new_day(service, 130)
    assert [one["overdue"] for one in (await shown(service, copy))["steps"]] == [False, True]


async def test_what_a_correction_no_longer_promises_is_not_shown(service: Service) -> None:
    case, code = await an_assigned_submission(service, consent=True)
    await answered(service, case, steps=STEPS)
    copy = (await released(service, case))["publication_id"]
    (first,) = await service.rows("answer")
    corrected = {"corrects": str(first["answer_id"]), "correction_reason": "Sai ngày."}
    await answered(service, case, steps=STEPS[:1], text="Bộ sẽ công bố lịch của 6 phòng thí nghiệm.", **corrected)
    await a_new_day(service)
    assert [one["due_on"] for one in (await shown(service, copy))["steps"]] == ["2025-12-01"]
    reopened = await service.public("/mailbox/reopen", {"receipt_code": code, "reason": "Chưa thấy lịch nào."})
    assert reopened.status_code == 200, reopened.text
    await a_new_day(service)
    told = await shown(service, copy)
    assert (told["clock"]["reopened_on"], told["clock"]["answered_on"]) == ("2025-11-04", None)
    assert len(told["steps"]) == 1, "what was promised stays promised"


async def test_words_for_a_step_that_nobody_promised_are_refused(service: Service) -> None:
    case, _ = await an_answered_case(service)
    entry = WORDS | {"answer": ANSWER, "steps": [{"promise_id": str(case), "words": "Làm đường."}]}
    refused = await service.post("feedback-publisher", f"/submissions/{case}/publication", entry)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/steps/0/promise_id")
    assert await service.rows("public_step") == await service.rows("public_clock") == []


async def test_a_copy_that_is_taken_back_leaves_no_clock_and_no_words(service: Service) -> None:
    case, _ = await an_assigned_submission(service, consent=True)
    await answered(service, case, steps=STEPS)
    await released(service, case)
    taken = await service.post("feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE)
    assert taken.status_code == 200, taken.text
    await a_new_day(service)
    assert await service.rows("public_step") == await service.rows("public_clock") == []


async def test_copies_of_a_release_before_get_their_clock_but_those_that_keep_hours(service: Service) -> None:
    _, _, copy = await an_open_idea(service)
    anonymous = {"identity_level": "anonymous", "sender": {"kind": "citizen"}}
    hidden, _, hours = await an_open_idea(service, "another-key-of-a-sender", **anonymous)
    async with service.database.transaction() as session:
        await session.execute(text("DELETE FROM public_clock"))
    assert (await shown(service, copy))["clock"] is None
    await a_new_day(service)
    assert (await shown(service, copy))["clock"]["received_on"] == "2025-11-03"
    assert (await shown(service, hours))["clock"] is None, "its sender did not know that the day would be told"
    again = await service.post("feedback-publisher", f"/submissions/{hidden}/publication", WORDS)
    assert again.status_code == 200, again.text
    assert (await shown(service, hours))["clock"]["received_on"] == "2025-11-03"


async def test_the_many_copies_of_a_country_are_told_some_at_a_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [(await an_open_idea(service, f"a-key-of-sender-{number}"))[::2] for number in range(5)]
    for case, _ in made:
        await answered(service, case, steps=STEPS)
    monkeypatch.setattr(public_clocks, "_CHUNK", 2)
    service.clock.pass_by(days=1)
    last = max(UUID(copy) for _, copy in made)

    async def too_long(session: AsyncSession, day: date, begin: UUID, end: UUID) -> None:
        await copy_days(session, day, begin, end)
        if begin <= last <= end:
            raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(repository, "copy_days", too_long)
        with pytest.raises(TimeoutError):
            await tell_day(service.database, service.clock)
    told = {row["publication_id"]: row["answered_on"] is not None for row in await service.rows("public_clock")}
    assert told == {UUID(copy): UUID(copy) != last for _, copy in made}, "what was copied stays"
    assert await tell_day(service.database, service.clock), "the day was not told before"
    assert {len((await shown(service, copy))["steps"]) for _, copy in made} == {2}
    assert not await tell_day(service.database, service.clock)
    service.clock.pass_by(days=1)
    async with service.database.transaction() as session:
        await session.execute(text("SELECT FROM public_clock, public_step FOR UPDATE"))
        assert await tell_day(service.database, service.clock), "what stands as it is needs no lock"


async def test_a_process_leaves_the_day_to_the_one_that_tells_it(service: Service) -> None:
    await an_open_idea(service)
    async with alone(service.database) as first:
        assert first
        assert not await tell_day(service.database, service.clock)
    assert await tell_day(service.database, service.clock)


async def test_a_copy_is_taken_back_while_the_day_is_told(service: Service) -> None:
    case, _ = await an_assigned_submission(service, consent=True)
    await answered(service, case, steps=STEPS)
    await released(service, case)
    async with service.database.transaction() as session:
        await session.execute(text("SELECT FROM public_clock FOR UPDATE"))
        path = f"/submissions/{case}/publication/withdraw"
        taken = asyncio.create_task(service.post("feedback-publisher", path, MISTAKE))

        async def waits() -> bool:
            async with service.database.session() as other:
                return bool(await other.scalar(text(_WAITING)))

        await eventually(waits)
        await session.execute(text("SELECT FROM public_step FOR UPDATE"))
    assert (await taken).status_code == 200
    assert await service.rows("public_step") == await service.rows("public_clock") == []


async def test_two_replicas_tell_a_day_once_and_a_clock_that_goes_back_tells_none(service: Service) -> None:
    await an_open_idea(service)
    assert await tell_day(service.database, service.clock)
    assert not await tell_day(service.database, service.clock)
    service.clock.pass_by(seconds=-timedelta(days=1).total_seconds())
    assert not await tell_day(service.database, service.clock)
    assert [row["day"].isoformat() for row in await service.rows("public_clock_day")] == ["2025-11-03"]


@pytest.mark.long
async def test_every_copy_of_a_country_is_told_its_days(service: Service) -> None:
    """More of them than the five seconds of one transaction are enough for."""
    case, _ = await an_assigned_submission(service, consent=True)
    await answered(service, case, steps=STEPS[:1])
    await released(service, case)
    for _ in range(30):
        async with service.database.transaction() as session:
            await session.execute(text(_MANY), {"count": 1_000, "case": case})
    for _ in range(2):
        await a_new_day(service)
        async with service.database.session() as session:
            both = "SELECT (SELECT count(*) FROM public_clock), (SELECT count(*) FROM public_step)"
            assert tuple((await session.execute(text(both))).one()) == (30_001, 30_001)
