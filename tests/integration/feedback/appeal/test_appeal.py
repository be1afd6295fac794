"""A sender has an answer looked at again: by the same body once, then by the bodies above, who had no part in it."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import HUB, MINISTRY, Service, an_answer, an_assigned_submission

pytestmark = pytest.mark.asyncio
REASON = "Lịch vẫn chưa có."


async def answered(service: Service, case: str, **changes: Any) -> None:
    """The ministry's answer, drafted and published by people of the hub."""
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer(next_date="2026-12-31", **changes))
    assert drafted.status_code == 201, drafted.text
    path = f"{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200


async def an_answered_case(service: Service, key: str = "k" * 16, **changes: Any) -> tuple[str, str]:
    """Path and receipt code of a case that was answered now."""
    submission_id, code = await an_assigned_submission(service, key, **changes)
    await answered(service, f"/submissions/{submission_id}")
    return f"/submissions/{submission_id}", code


async def asked(service: Service, step: str, code: str, reason: str | None = REASON) -> httpx2.Response:
    """What the sender's step is answered."""
    return await service.public(f"/mailbox/{step}", {"receipt_code": code} | ({"reason": reason} if reason else {}))


async def waiting(service: Service, client_id: str = "appeals-desk", **query: Any) -> Any:
    """The appeals that a body decides on."""
    headers = service.headers(client_id)
    response = await service.http.get(f"{service.prefix}/appeals", params=query, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()["items"]


async def decided(service: Service, appeal_id: str, decision: str, client_id: str = "appeals-desk") -> httpx2.Response:
    """What a decision is answered."""
    body = {"decision": decision, "text": "Đã xem lại toàn bộ hồ sơ."}
    return await service.post(client_id, f"/appeals/{appeal_id}/decide", body)


async def test_an_answered_case_is_opened_again_once_with_a_term_of_its_own(service: Service) -> None:
    case, code = await an_answered_case(service)
    await service.public("/mailbox/rating", {"receipt_code": code, "rating": "not_solved"})
    service.clock.pass_by(days=10)
    assert (await service.case(code))["reopen_until"] == "2025-12-03T03:00:00Z"
    assert (await asked(service, "reopen", code)).json()["status"] == "assigned"
    shown = await service.case(code)
    assert (shown["status"], shown["outcome"], shown["answered_at"]) == ("assigned", None, None)
    assert shown["reopening"] == {"reason": REASON, "reopened_at": "2025-11-13T03:00:00Z"}
    assert (shown["due_at"], shown["clock"]["started_at"]) == ("2025-12-04T10:00:00Z", "2025-11-13T03:00:00Z")
    assert shown["former_answers"] == []
    assert shown["answer"]["text"].startswith("Bộ sẽ")
    event = (await service.events())[-1]
    assert (event.change, event.data["first_due_at"], event.data["rating"]) == (
        "reopened",
        "2025-11-24T10:00:00Z",
        None,
    )
    assert (await asked(service, "reopen", code)).json()["code"] == "transition-not-allowed"
    await answered(service, case, text="Lịch có từ 1/12.")
    shown = await service.case(code)
    assert shown["answer"]["text"] == "Lịch có từ 1/12."
    assert len(shown["former_answers"]) == 1
    assert (shown["reopen_until"], shown["rating"]) == (None, None)
    assert (await asked(service, "reopen", code)).status_code == 409
    assert (await service.public("/mailbox/rating", {"receipt_code": code, "rating": "solved"})).status_code == 200
    assert [one["rating"] for one in (await service.get(case))["ratings"]] == ["not_solved", "solved"]


async def test_an_appeal_is_decided_by_who_had_no_part_and_opens_the_case_when_it_is_upheld(service: Service) -> None:
    case, code = await an_answered_case(service)
    assert (await service.case(code))["appeal"] == {"level": 1, "basis": "answer", "until": "2025-12-03T03:00:00Z"}
    assert (await asked(service, "appeal", code)).status_code == 200
    assert (await asked(service, "appeal", code)).status_code == 409, "the first level has its time"
    [appeal] = await waiting(service)
    assert (appeal["level"], appeal["basis"], appeal["reason"], appeal["due_at"]) == (
        1,
        "answer",
        REASON,
        "2025-11-24T10:00:00Z",
    )
    assert (appeal["organisation_id"], appeal["about_organisation_id"]) == (str(HUB), str(MINISTRY))
    assert await waiting(service, "ministry") == []
    for client_id, code_of in (
        ("feedback-hub", "decision-by-answerer"),
        ("ministry", "appeal-not-found"),
        ("auditor", "insufficient-scope"),
    ):
        assert (await decided(service, appeal["appeal_id"], "upheld", client_id)).json()["code"] == code_of
    assert (await decided(service, appeal["appeal_id"], "upheld")).status_code == 200
    assert (await decided(service, appeal["appeal_id"], "rejected")).json()["code"] == "transition-not-allowed"
    shown = await service.case(code)
    assert (shown["status"], shown["due_at"]) == ("assigned", "2025-11-24T10:00:00Z")
    [told] = shown["appeals"]
    assert (told["decision"], told["text"], told["organisation"]["code"]) == (
        "upheld",
        "Đã xem lại toàn bộ hồ sơ.",
        "P57",
    )
    assert [event.change for event in await service.events()][-3:] == ["appealed", "appeal_decided", "reopened"]
    assert REASON not in str(await service.events())
    kinds = [row["kind"] for row in await service.rows("statement")]
    assert kinds[-3:] == ["due_changed", "answered", "due_changed"]
    assert [row["rule"] for row in await service.rows("statement")][-3:-1] == ["appeal-1-15/2026.2"] * 2
    assert await waiting(service, decided=False) == []
    assert (await service.get(case))["status"] == "assigned"


async def test_silence_is_appealed_without_a_word_and_on_two_levels(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    assert (await asked(service, "appeal", code, None)).status_code == 409, "it is not overdue yet"
    service.clock.pass_by(days=22)
    assert (await service.case(code))["appeal"]["basis"] == "silence"
    assert (await asked(service, "appeal", code, None)).status_code == 200
    service.clock.pass_by(days=22)
    assert (await asked(service, "appeal", code, None)).status_code == 200, "the first level let its time go by"
    first, second = await waiting(service)
    assert (first["level"], second["level"], second["reason"]) == (1, 2, None)
    late = await decided(service, first["appeal_id"], "upheld")
    assert (late.status_code, late.json()["code"]) == (409, "transition-not-allowed")
    assert (await decided(service, second["appeal_id"], "upheld")).status_code == 200
    shown = await service.case(code)
    assert (shown["status"], shown["appeal"], shown["clock"]["state"]) == ("assigned", None, "overdue")
    assert (await asked(service, "appeal", code, None)).status_code == 409
    assert (await service.events())[-1].data["appeal_level"] == 2
    assert str(submission_id) == second["submission_id"]


async def test_who_decided_below_does_not_decide_above(service: Service) -> None:
    _, code = await an_answered_case(service)
    await asked(service, "appeal", code)
    [appeal] = await waiting(service)
    assert (await decided(service, appeal["appeal_id"], "rejected")).status_code == 200
    assert (await service.case(code))["status"] == "answered"
    assert (await asked(service, "appeal", code)).status_code == 200
    second = (await waiting(service, decided=False))[0]
    assert second["level"] == 2
    assert (await decided(service, second["appeal_id"], "upheld")).json()["code"] == "decision-by-answerer"
    assert (await decided(service, second["appeal_id"], "upheld", "desk")).status_code == 200


async def test_a_message_is_work_with_two_days_of_its_own(service: Service) -> None:
    async def awaited() -> list[str]:
        response = await service.http.get(
            f"{service.prefix}/submissions", params={"awaiting": "handler"}, headers=service.headers("ministry")
        )
        return [one["message_due_at"] for one in response.json()["items"]]

    case, code = await an_answered_case(service)
    assert await awaited() == []
    say = {"receipt_code": code, "text": "Bao giờ xong?"}
    await service.public("/mailbox/messages", say)
    service.clock.pass_by(days=1)
    await service.public("/mailbox/messages", say)
    assert await awaited() == ["2025-11-05T10:00:00Z"], "the first one that waits counts"
    assert (await service.case(code))["message_due_at"] == "2025-11-05T10:00:00Z"
    await service.post("ministry", f"{case}/messages", {"text": "Ngày mai."})
    assert (await awaited(), (await service.case(code))["message_due_at"]) == ([], None)


async def test_a_copy_has_all_that_is_held_and_nobody_keeps_it(service: Service) -> None:
    _, code = await an_answered_case(service)
    await asked(service, "appeal", code)
    copy = await service.public("/mailbox/copy", {"receipt_code": code}, **{"Idempotency-Key": "c" * 16})
    assert (copy.status_code, copy.headers["Cache-Control"]) == (200, "no-store")
    held = copy.json()
    assert held["contact"] == {"name": "Trần Thị Bình", "email": "binh@example.invalid", "phone": "+84 912 345 678"}
    assert (held["case"]["title"][:7], held["case"]["appeals"][0]["reason"]) == ("Bản đồ ", REASON)
    assert all(row["body"] is None for row in await service.rows("idempotency_key"))
    assert await service.rows("access_log") == []


@pytest.mark.parametrize("step", ["reopen", "appeal", "copy"])
async def test_a_code_that_opens_nothing_is_answered_alike(service: Service, step: str) -> None:
    for code in ("0000-0000-0000-0000-1", "nonsense"):
        refused = await asked(service, step, code, None if step == "copy" else REASON)
        assert (refused.status_code, refused.json()["code"]) == (404, "mailbox-not-found")


async def test_an_appeal_that_the_mailbox_shows_is_taken_also_where_hours_are_kept(service: Service) -> None:
    _, code = await an_assigned_submission(service, sender={"kind": "citizen"}, identity_level="anonymous")
    service.clock.pass_by(days=21, hours=7, seconds=30)  # half a minute after the due time
    assert (await service.case(code))["appeal"]["basis"] == "silence"
    assert (await asked(service, "appeal", code)).status_code == 200
    [row] = await service.rows("appeal")
    assert f"{row['filed_at']:%H:%M:%S}" == "10:00:00"


async def test_a_case_that_keeps_hours_is_opened_again_as_long_as_the_mailbox_says(service: Service) -> None:
    service.clock.pass_by(minutes=10)
    _, code = await an_answered_case(service, sender={"kind": "citizen"}, identity_level="anonymous")
    service.clock.pass_by(days=30)  # ten minutes after the end that the mailbox said
    assert (await service.case(code))["reopen_until"] is None
    assert (await asked(service, "reopen", code)).status_code == 409


async def test_of_an_anonymous_sender_only_the_hour_is_kept(service: Service) -> None:
    service.clock.pass_by(minutes=10)
    _, code = await an_answered_case(service, sender={"kind": "citizen"}, identity_level="anonymous")
    service.clock.pass_by(minutes=20)
    assert (await asked(service, "appeal", code)).status_code == 200
    [row] = await service.rows("appeal")
    assert (row["filed_at"].minute, row["appeal_id"].version) == (0, 4)
    assert REASON.encode() not in bytes(row["reason_sealed"])


async def reviewed_by(service: Service, *persons: str) -> None:
    """These persons review every case as experts."""
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET reviewers = :persons"), {"persons": list(persons)})


async def test_who_reviews_a_case_sees_no_appeal_in_it_and_decides_on_none(service: Service) -> None:
    _, code = await an_answered_case(service)
    assert (await asked(service, "appeal", code)).status_code == 200
    [appeal] = await waiting(service)
    await reviewed_by(service, f"position:{HUB}:appeals-desk")
    assert await waiting(service) == []
    refused = await decided(service, appeal["appeal_id"], "rejected")
    assert (refused.status_code, refused.json()["code"]) == (404, "appeal-not-found")
    await reviewed_by(service, f"position:{HUB}:another")
    assert await waiting(service) == [appeal]
    assert (await decided(service, appeal["appeal_id"], "rejected")).status_code == 200
    [row] = await service.rows("submission")
    assert f"position:{HUB}:appeals-desk" in row["hands"], "who decided had a hand in the case"
