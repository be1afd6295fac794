"""While too many submissions come, senders without an account show work, or write in a form; none is refused."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.feedback.challenge.challenged import (
    a_held_submission,
    ask_for_work,
    form_of,
    offered,
    solution_of,
)
from tests.integration.feedback.conftest import HUB, SECRET, START, Service, a_vault, an_answer, submission

from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import running_service
from sixclear.feedback.app import create_app
from sixclear.feedback.challenge import rules
from sixclear.feedback.events import EVENTS
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.repository import count_held
from sixclear.feedback.submission.service.holding import release_over

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """How much work it is changes no rule."""
    monkeypatch.setattr(rules, "COST", 1)


@pytest_asyncio.fixture
async def replicas(clone_database: CloneDatabase, tmp_path: Path) -> AsyncIterator[list[Service]]:
    """Two processes of the service on one database, with one clock, that always ask for work."""
    settings = Settings(database_url=await clone_database("sixclear.feedback"), proof_of_work="always")
    create, clock = partial(create_app, receipts=Receipts(SECRET), vault=a_vault(tmp_path)), MovingClock(START)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running_service(Service, EVENTS, settings, create, clock)) for _ in range(2)
        ]


def faults(response: httpx2.Response) -> tuple[str, str]:
    """What is wrong with the work and with the form token of a sender who is asked for work."""
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"]) == (428, "proof-of-work-needed"), response.text
    assert problem["challenge"] == "/api/feedback/v1/challenge"
    work, form = problem["errors"]
    assert (work["parameter"], form["parameter"]) == ("Sixclear-Proof-Of-Work", "Sixclear-Form-Token")
    return work["code"], form["code"]


async def test_work_is_asked_for_above_the_load_and_no_longer(service: Service) -> None:
    ask_for_work(service, "auto", above=3)
    answers = [await service.send(submission(), f"{number:020d}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 428]
    offer = await offered(service)
    assert offer["needed"]
    shown = solution_of(offer)
    assert (await service.send(submission(), "3" * 20, **shown)).status_code == 201
    assert faults(await service.send(submission(), "4" * 20, **shown)) == ("used", "missing")
    service.clock.pass_by(seconds=61)
    assert not (await offered(service))["needed"]
    assert (await service.send(submission(), "4" * 20, **shown)).status_code == 201


async def test_work_is_never_asked_for_where_it_is_off_nor_of_a_desk(service: Service) -> None:
    ask_for_work(service, "off", above=0)
    assert (await service.send(submission(), "1" * 20)).status_code == 201
    ask_for_work(service)
    entered = await service.post("desk", "/submissions/on-behalf", submission(), **{"Idempotency-Key": "2" * 20})
    assert entered.status_code == 201, entered.text


async def test_each_challenge_admits_one_submission_whichever_process_takes_it(replicas: list[Service]) -> None:
    shown = solution_of(await offered(replicas[0]))
    both = [replicas[number % 2].send(submission(), f"{number:020d}", **shown) for number in range(6)]
    answers = await asyncio.gather(*both)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 428: 5}
    assert {faults(answer) for answer in answers if answer.status_code == 428} == {("used", "missing")}
    assert len(await replicas[0].rows("submission")) == 1


async def test_a_retry_needs_no_second_solution(replicas: list[Service]) -> None:
    shown = solution_of(await offered(replicas[0]))
    first = await replicas[0].send(submission(), **shown)
    again = await replicas[1].send(submission(), **shown)
    without = await replicas[1].send(submission())
    assert [first.status_code, again.status_code, without.status_code] == [201, 201, 201]
    assert first.json() == again.json() == without.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == without.headers["idempotency-replayed"] == "true"
    other = await replicas[0].send(submission(title="Another idea"), **shown)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_what_is_refused_for_another_reason_uses_up_nothing(service: Service) -> None:
    ask_for_work(service)
    shown = solution_of(await offered(service))
    complaint = await service.send(submission(kind="complaint"), **shown)
    assert complaint.json()["code"] == "complaint-turned-away"
    unknown = await service.send(submission(organisation_id="no-such-body"), **shown)
    assert unknown.json()["code"] == "reference-unknown"
    assert await service.rows("used_proof") == []
    assert (await service.send(submission(), **shown)).status_code == 201


async def test_work_and_forms_expire_and_forms_are_not_young(service: Service) -> None:
    ask_for_work(service)
    offer = await offered(service)
    shown = form_of(offer) | {"Sixclear-Proof-Of-Work": "AAAA"}
    assert faults(await service.send(submission(), **shown)) == ("malformed", "too-young")
    service.clock.pass_by(minutes=20)
    shown = solution_of(offer)
    assert faults(await service.send(submission(), **shown)) == ("expired", "missing")
    service.clock.pass_by(hours=24)
    assert faults(await service.send(submission(), **shown, **form_of(offer))) == ("expired", "expired")
    assert await service.rows("submission") == []


async def test_headers_of_another_form_are_refused_before_they_are_read(service: Service) -> None:
    for name, value in (("Sixclear-Proof-Of-Work", "A" * 2001), ("Sixclear-Form-Token", "no token!")):
        answer = await service.send(submission(), **{name: value})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request"), answer.text


async def test_who_writes_without_script_is_held_and_not_refused(service: Service) -> None:
    held = await a_held_submission(service)
    again = await service.send(submission())
    assert (again.status_code, again.json()["submission_id"], again.json()["held"]) == (201, held, True)
    # The receipt says so, and nothing else: it is received, and its clock runs.
    case = await service.case(again.json()["receipt_code"])
    assert (case["status"], case["received_at"]) == ("received", "2025-11-03T03:00:10Z")
    assert "held" not in str(case)
    [event] = [row for row in await service.rows("event") if row["entity_type"] == "submission"]
    assert event["change"] == "received"
    assert "held" not in str(event["data"])

    assert (await service.get("/submissions"))["items"] == []
    [waiting] = (await service.get("/submissions", held=True))["items"]
    # To the close of the next working day: the 3rd is a Monday.
    assert (waiting["submission_id"], waiting["held_until"]) == (held, "2025-11-04T10:00:00Z")


async def test_a_form_opens_the_held_lane_once(service: Service) -> None:
    ask_for_work(service)
    offer = await offered(service)
    service.clock.pass_by(seconds=10)
    assert (await service.send(submission(), "1" * 20, **form_of(offer))).status_code == 201
    assert faults(await service.send(submission(), "2" * 20, **form_of(offer))) == ("missing", "used")
    # Its work still counts, and what shows work is not held.
    worked = await service.send(submission(), "2" * 20, **form_of(offer), **solution_of(offer))
    assert (worked.status_code, worked.json()["held"]) == (201, False)
    held = [row["held_until"] is not None for row in await service.rows("submission")]
    assert sorted(held) == [False, True]


async def test_the_hub_releases_what_is_none_of_spam(service: Service) -> None:
    held = await a_held_submission(service)
    path = f"/submissions/{held}/release"
    assert (await service.post("ministry", path, {})).status_code == 404
    released = await service.post("desk", path, {})
    assert (released.status_code, released.json()["status"]) == (200, "received"), released.text
    again = await service.post("desk", path, {})
    assert (again.status_code, again.json()["code"]) == (409, "transition-not-allowed")
    listed = (await service.get("/submissions"))["items"]
    assert [(item["submission_id"], item["held_until"]) for item in listed] == [(held, None)]
    assert (await service.send(submission())).json()["held"] is False


async def test_a_triage_looks_at_it_too(service: Service) -> None:
    held = await a_held_submission(service)
    assert (await service.post("feedback-hub", f"/submissions/{held}/triage", {})).status_code == 200
    assert (await service.get("/submissions", held=True))["items"] == []


async def test_what_a_person_took_a_step_in_is_held_no_longer_where_a_release_before_let_the_time_stand(
    service: Service,
) -> None:
    held = await a_held_submission(service)
    assert (await service.post("feedback-hub", f"/submissions/{held}/triage", {})).status_code == 200
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET held_until = received_at + interval '1 day'"))
        assert await count_held(session) == 0
    assert (await service.get("/submissions", held=True))["items"] == []
    [listed] = (await service.get("/submissions"))["items"]
    assert (listed["submission_id"], listed["status"], listed["held_until"]) == (held, "triaged", None)
    again = await service.post("desk", f"/submissions/{held}/release", {})
    assert (again.status_code, again.json()["code"]) == (409, "transition-not-allowed")


async def test_spam_is_refused_with_a_reason_by_two_people(service: Service) -> None:
    held = await a_held_submission(service, title="Buy now", text="Cheap watches")
    case, code = f"/submissions/{held}", (await service.send(submission(title="Buy now", text="Cheap watches"))).json()
    for step, body in (("triage", {}), ("assign", {"organisation_id": str(HUB)})):
        assert (await service.post("feedback-hub", f"{case}/{step}", body)).status_code == 200
    refusal = an_answer(outcome="rejected", reason="An advertisement.", responsible_organisation_id=str(HUB))
    drafted = await service.post("feedback-hub", f"{case}/answers", refusal | {"next_date": None})
    assert drafted.status_code == 201, drafted.text
    publish = f"{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-hub", publish, {})).status_code == 403
    assert (await service.post("feedback-publisher", publish, {})).status_code == 200
    read = await service.case(code["receipt_code"])
    assert (read["status"], read["answer"]["reason"]) == ("answered", "An advertisement.")


async def test_what_nobody_looks_at_is_released_when_the_working_day_is_over(service: Service) -> None:
    held = await a_held_submission(service)
    service.clock.now = datetime(2025, 11, 4, 9, 59, 59, tzinfo=UTC)
    assert await release_over(service.database, service.clock) == 0
    service.clock.pass_by(seconds=1)
    assert await release_over(service.database, service.clock) == 1
    assert await release_over(service.database, service.clock) == 0
    [listed] = (await service.get("/submissions"))["items"]
    assert (listed["submission_id"], listed["held_until"]) == (held, None)
    assert listed["due_at"] == "2025-11-24T10:00:00Z"


async def test_what_was_used_up_is_forgotten_and_tells_no_instant(service: Service) -> None:
    ask_for_work(service)
    anonymous = submission(sender={"kind": "citizen"}, identity_level="anonymous")
    for number in range(3):
        sent = await service.send(anonymous, f"{number:020d}", **solution_of(await offered(service)))
        assert sent.status_code == 201, sent.text
    kept = await service.rows("used_proof")
    assert {row["kept_until"].isoformat() for row in kept} == {"2025-11-03T05:00:00+00:00"}
    service.clock.pass_by(hours=2)
    assert (await service.send(anonymous, "3" * 20, **solution_of(await offered(service)))).status_code == 201
    assert len(await service.rows("used_proof")) == 1


async def test_challenges_are_limited_for_each_address(service: Service) -> None:
    path = f"{service.prefix}/challenge"
    answers = [(await service.http.get(path)).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    limited = await service.http.get(path)
    assert (limited.json()["code"], limited.headers["retry-after"]) == ("too-many-challenges", "2")


async def test_the_hub_alone_lists_what_is_held(service: Service) -> None:
    await a_held_submission(service)
    path, params = f"{service.prefix}/submissions", {"held": "true"}
    listed = await service.http.get(path, params=params, headers=service.headers("ministry"))
    assert (listed.status_code, listed.json()["items"]) == (200, [])
