"""An accepted idea becomes public in the body's words, and its sender sees what becomes of it."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.feedback.conftest import (
    KEY,
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    an_answer,
    an_assigned_submission,
)

from sixclear.common.bus.envelope import Envelope
from sixclear.feedback.proposal.service import keep_tasks, publish_waiting

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SENDER = {"kind": "scientist", "name": "Trần Thị Bình"}


def words(**changes: Any) -> dict[str, Any]:
    """What the body says of the idea."""
    body: dict[str, Any] = {
        "title": "Lịch chung của phòng thí nghiệm",
        "programme": "nq57-central",
        "abstract": "Một trang cho biết phòng thí nghiệm nào còn trống, để doanh nghiệp đặt.",
        "promised_steps": [{"text": "Công bố lịch của 12 phòng", "due_on": "2026-03-31"}, {"text": "Mở đặt chỗ"}],
    }
    return body | changes


async def an_idea(service: Service, key: str = KEY, **changes: Any) -> tuple[str, str]:
    """The path and receipt code of an initiative whose sender agrees to publication, at the ministry."""
    idea, code = await an_assigned_submission(service, key, consent=True, **changes)
    return f"/submissions/{idea}", code


async def answered(service: Service, case: str, **changes: Any) -> None:
    """The hub drafts an answer, and the publisher publishes it."""
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer(**changes))
    assert drafted.status_code == 201, drafted.text
    address = f"{case}/answers/{drafted.json()['answer_id']}/publish"
    published = await service.post("feedback-publisher", address, {})
    assert published.status_code == 200, published.text


async def told(service: Service) -> list[tuple[str, Any]]:
    """What was published of proposals, in order."""
    return [(one.change, one.data) for one in await service.events() if one.entity_type == "proposal"]


async def test_the_answer_that_accepts_an_idea_publishes_the_words_that_wait(service: Service) -> None:
    case, code = await an_idea(service)
    worded = await service.post("ministry", f"{case}/proposal", words())
    assert (worded.status_code, worded.json()["status"], worded.json()["public"]) == (201, "worded", False)
    proposal_id = worded.json()["proposal_id"]
    nowhere = await service.post("ministry", f"{case}/proposal", words(programme=None))
    assert nowhere.json()["errors"][0]["code"] == "programme-missing", "what the sender suggested is no programme"
    again = await service.post("ministry", f"{case}/proposal", words(title="Lịch phòng thí nghiệm dùng chung"))
    assert (again.status_code, again.json()["proposal_id"]) == (200, proposal_id)
    assert (await service.case(code))["proposal"] is None
    assert "phòng thí nghiệm" not in str(await service.rows("proposal")), "until it is public it is sealed"
    missing = await service.http.get(f"{service.prefix}/proposals/{proposal_id}")
    assert (missing.status_code, missing.json()["code"]) == (404, "proposal-not-found")
    assert await told(service) == []
    await answered(service, case)
    shown = await service.get(f"/proposals/{proposal_id}")
    assert shown["title"] == "Lịch phòng thí nghiệm dùng chung"
    assert (shown["status"], shown["programme"], shown["organisation_id"]) == (
        "accepted",
        "nq57-central",
        str(MINISTRY),
    )
    assert [step["due_on"] for step in shown["promised_steps"]] == ["2026-03-31", None]
    assert (await service.get("/proposals"))["items"] == [shown] == [(await service.case(code))["proposal"]]
    assert (await service.get("/proposals", programme="another"))["items"] == []
    ((change, data),) = await told(service)
    assert (change, data["proposal_id"], data["abstract"]) == ("accepted", proposal_id, words()["abstract"])


async def test_nothing_public_leads_from_a_proposal_to_its_case_or_sender(service: Service) -> None:
    case, code = await an_idea(service, sender=SENDER)
    await service.post("ministry", f"{case}/proposal", words())
    await answered(service, case)
    shown = await service.get(f"/proposals/{(await service.case(code))['proposal']['proposal_id']}")
    ((_, data),) = await told(service)
    for public in (str(shown), str(data)):
        assert case.rpartition("/")[2] not in public
        assert "Bình" not in public
        assert "Các viện công bố" not in public
    assert UUID(shown["proposal_id"]).version == 4, "an identifier with a time in it would lead to the answer"


async def test_words_that_come_after_the_answer_need_another_person_too(service: Service) -> None:
    case, _ = await an_idea(service)
    early = await service.post("other-ministry", f"{case}/proposal/publish", {})
    assert early.status_code == 404, "another body handles it"
    none = await service.post("feedback-publisher", f"{case}/proposal/publish", {})
    assert (none.status_code, none.json()["code"]) == (404, "proposal-not-found")
    await service.post("feedback-hub", f"{case}/proposal", words())
    before = await service.post("feedback-publisher", f"{case}/proposal/publish", {})
    assert (before.status_code, before.json()["code"]) == (409, "proposal-not-possible")
    await service.post("feedback-hub", f"{case}/proposal", words(organisation_id="G01"))
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer(outcome="rejected"))
    rejected = f"{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", rejected, {})).status_code == 200
    refused = await service.post("feedback-publisher", f"{case}/proposal/publish", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal-not-possible")
    assert await told(service) == []


async def test_who_worded_it_does_not_publish_it_by_the_answer_either(service: Service) -> None:
    case, code = await an_idea(service)
    await answered(service, case)
    await service.post("feedback-hub", f"{case}/proposal", words(organisation_id="G01"))
    own = await service.post("feedback-hub", f"{case}/proposal/publish", {})
    assert (own.status_code, own.json()["code"]) == (403, "publication-by-drafter")
    published = await service.post("feedback-publisher", f"{case}/proposal/publish", {})
    assert (published.status_code, published.json()["public"]) == (200, True)
    assert (await service.case(code))["proposal"]["organisation_id"] == str(OTHER_MINISTRY)
    late = await service.post("feedback-hub", f"{case}/proposal", words())
    assert (late.status_code, late.json()["code"]) == (409, "transition-not-allowed")


async def test_without_consent_and_for_other_kinds_there_is_none(service: Service) -> None:
    silent, _ = await an_assigned_submission(service)
    plain, _ = await an_assigned_submission(service, KEY + "plain", kind="feedback", consent=True)
    for case in (silent, plain):
        refused = await service.post("feedback-hub", f"/submissions/{case}/proposal", words())
        assert (refused.status_code, refused.json()["code"]) == (409, "proposal-not-possible")
    idea, _ = await an_idea(service, KEY + "own")
    copied = "Các viện công bố lịch trống để doanh nghiệp đặt dùng thiết bị."
    own = await service.post("feedback-hub", f"{idea}/proposal", words(abstract=copied))
    assert (own.status_code, own.json()["code"]) == (422, "words-of-sender")


async def test_one_that_is_withdrawn_loses_its_words_and_may_be_worded_again(service: Service) -> None:
    case, code = await an_idea(service)
    first = (await service.post("ministry", f"{case}/proposal", words())).json()["proposal_id"]
    await answered(service, case)
    reason = {"reason": "Tóm tắt nêu tên một người."}
    gone = await service.post("feedback-publisher", f"{case}/proposal/withdraw", reason)
    assert (gone.status_code, gone.json()["status"]) == (200, "withdrawn")
    shown = await service.get(f"/proposals/{first}")
    assert (shown["status"], shown["title"], shown["abstract"], shown["promised_steps"]) == (
        "withdrawn",
        None,
        None,
        [],
    )
    assert (await service.get("/proposals"))["items"] == []
    assert (await service.case(code))["proposal"] == shown
    assert (await told(service))[1] == ("withdrawn", {"change": "withdrawn", "proposal_id": first})
    assert (await service.post("feedback-publisher", f"{case}/proposal/withdraw", reason)).status_code == 409
    second = (await service.post("ministry", f"{case}/proposal", words())).json()["proposal_id"]
    assert (await service.post("feedback-publisher", f"{case}/proposal/publish", {})).status_code == 200
    assert first != second == (await service.case(code))["proposal"]["proposal_id"]


@pytest.mark.parametrize("kept", [{"visibility": "sealed"}, {"identity_level": "anonymous", "sender": {}}])
async def test_where_only_the_hour_is_kept_it_is_public_after_the_hour(service: Service, kept: dict[str, Any]) -> None:
    case, code = await an_idea(service, **kept)
    await service.post("ministry", f"{case}/proposal", words())
    await answered(service, case)
    state = await service.http.get(f"{service.prefix}{case}/proposal", headers=service.headers("feedback-hub"))
    assert (state.json()["status"], state.json()["public"]) == ("accepted", False)
    assert await publish_waiting(service.database, service.log, service.clock) == 0
    assert (await service.case(code))["proposal"] is None
    service.clock.pass_by(hours=1, minutes=2)
    assert await publish_waiting(service.database, service.log, service.clock) == 1
    assert await publish_waiting(service.database, service.log, service.clock) == 0, "once"
    shown = (await service.case(code))["proposal"]
    assert shown["accepted_at"].endswith(":00:00Z")
    assert len(await told(service)) == 1


class Tasks:
    """Events of tasks as `tasks` publishes them."""

    def __init__(self, proposal_id: UUID) -> None:
        self.origin = {"id": str(proposal_id), "source": "feedback"}
        self.position = 0

    def says(self, task_id: UUID, version: int, change: str = "updated", *, epoch: int = 1, **data: Any) -> Envelope:
        self.position += 1
        told = {"origin": self.origin, "code": "T-1", "title": "Lịch chung", "percent": version, "status": "proposed"}
        return Envelope(
            service="tasks",
            entity_type="task",
            entity_id=task_id,
            type=f"vn.sixclear.tasks.task.{change}.v1",
            change=change,
            version=version,
            previous_version=version - 1 or None,
            position=self.position,
            epoch=epoch,
            occurred_at=AT,
            recorded_at=AT,
            data={"task_id": str(task_id)} if change == "withdrawn" else told | data,
            traceparent=None,
        )


async def kept(service: Service, envelopes: Sequence[Envelope]) -> None:
    async with service.database.transaction() as session:
        await keep_tasks(session, envelopes)


async def test_the_sender_sees_the_task_until_its_result(service: Service) -> None:
    case, code = await an_idea(service)
    proposal_id = UUID((await service.post("ministry", f"{case}/proposal", words())).json()["proposal_id"])
    await answered(service, case)
    tasks, task_id, other = Tasks(proposal_id), uuid4(), uuid4()
    lead = str(MINISTRY)
    steps = [
        ("proposed", tasks.says(task_id, 1, "proposed", lead_organisation_id=lead)),
        ("assigned", tasks.says(task_id, 2, "assigned", status="assigned", lead_organisation_id=lead)),
        ("in_progress", tasks.says(task_id, 3, "progress_reported", status="in_progress", percent=40)),
        ("done", tasks.says(task_id, 4, "completed", status="completed", completed_at="2026-01-05T03:00:00Z")),
    ]
    seen = []
    for _, envelope in steps:
        await kept(service, [envelope, tasks.says(other, envelope.version, origin=None)])
        ((shown,), public) = (await service.case(code))["proposal"]["tasks"], await service.get("/proposals")
        assert public["items"][0]["tasks"] == [shown]
        seen.append((shown["stage"], shown["percent"]))
    assert seen == [("proposed", 1), ("assigned", 2), ("in_progress", 40), ("done", 4)]
    assert shown["completed_at"] == "2026-01-05T03:00:00Z"
    assert len(await service.rows("proposal_task")) == 1, "tasks of no proposal are passed by"
    await kept(service, [tasks.says(task_id, 5, "withdrawn")])
    (hidden,) = (await service.case(code))["proposal"]["tasks"]
    assert (hidden["stage"], hidden["title"], hidden["percent"]) == ("not_public", None, None)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_is_told_again_in_whatever_batches_the_newest_state_stays(service: Service, seed: int) -> None:
    chance = random.Random(seed)
    tasks = Tasks(uuid4())
    ids = [uuid4() for _ in range(3)]
    log = [tasks.says(task_id, version) for version in range(1, 5) for task_id in ids]
    log += [tasks.says(ids[0], 2, epoch=2, title="Sau phục hồi"), tasks.says(ids[1], 5, "withdrawn")]
    await kept(service, log[:3])  # an identifier alone says nothing before its task was heard of
    heard = [chance.choice(log) for _ in range(20)] + chance.sample(log, len(log))
    while heard:
        size = chance.randint(1, 6)
        await kept(service, heard[:size])
        heard = heard[size:]
    found = {row["task_id"]: row for row in await service.rows("proposal_task")}
    assert {task_id: (row["epoch"], row["version"], row["public"]) for task_id, row in found.items()} == {
        ids[0]: (2, 2, True),
        ids[1]: (1, 5, False),
        ids[2]: (1, 4, True),
    }
    assert found[ids[0]]["title"] == "Sau phục hồi"


async def test_an_accepted_proposal_is_taken_back_also_after_the_case_was_erased(service: Service) -> None:
    case, code = await an_idea(service)
    proposal_id = (await service.post("ministry", f"{case}/proposal", words())).json()["proposal_id"]
    await answered(service, case)
    erased = await service.public("/mailbox/erasure", {"receipt_code": code, "what": "case"})
    assert erased.status_code == 200, erased.text
    taken = await service.post("feedback-publisher", f"{case}/proposal/withdraw", {"reason": "Lộ người gửi"})
    assert (taken.status_code, taken.json()["status"]) == (200, "withdrawn"), taken.text
    assert (await service.get(f"/proposals/{proposal_id}"))["title"] is None
    assert words()["abstract"] not in str(await service.rows("proposal"))
    event = (await service.events())[-1]
    assert (event.entity_type, event.change) == ("proposal", "withdrawn")
    assert "Lộ" not in str(await service.rows("event")), "without a key no reason is kept"


async def test_what_waits_for_its_hour_is_published_only_while_the_sender_agrees(service: Service) -> None:
    case, code = await an_idea(service, identity_level="anonymous", sender={})
    await service.post("ministry", f"{case}/proposal", words())
    await answered(service, case)
    for agrees, published in ((False, 0), (True, 1)):
        answer = await service.public("/mailbox/consent", {"receipt_code": code, "consent": agrees})
        assert answer.status_code == 200, answer.text
        service.clock.pass_by(hours=2)
        assert await publish_waiting(service.database, service.log, service.clock) == published
        assert len(await told(service)) == published


async def test_what_waits_for_its_hour_is_not_published_while_the_case_is_open_again(service: Service) -> None:
    case, code = await an_idea(service, identity_level="anonymous", sender={})
    await service.post("ministry", f"{case}/proposal", words())
    await answered(service, case)
    opened = await service.public("/mailbox/reopen", {"receipt_code": code, "reason": "Không đồng ý."})
    assert opened.status_code == 200, opened.text
    service.clock.pass_by(hours=2)
    assert await publish_waiting(service.database, service.log, service.clock) == 0
    assert await told(service) == []
