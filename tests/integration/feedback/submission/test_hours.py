"""Cases of which only the hour is kept: two of one hour cannot be told apart, and nothing goes out before its end."""

import asyncio
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.integration.feedback.conftest import MINISTRY, Service, a_submission, an_answer, submission
from tests.integration.feedback.transparency.public_log import kind_of, receipts, sequencer, shown, verified

from sixclear.common.events.log import EventLog
from sixclear.feedback.census.service import count
from sixclear.feedback.submission.service.hours import publish_hours

pytestmark = pytest.mark.asyncio
ANONYMOUS: dict[str, Any] = {"identity_level": "anonymous", "sender": {"kind": "citizen"}}
HOUR = "2025-11-03T03:00:00Z"
TABLES = ("submission", "message", "answer", "access_log", "event", "statement", "hour_step", "log_entry")


async def published(service: Service) -> int:
    """What a process does every two seconds; answers of how many cases and hours."""
    return await publish_hours(service.database, service.log, service.clock)


def waiting() -> float:
    """How long the oldest step has waited since its hour, as the metric has it."""
    return REGISTRY.get_sample_value("sixclear_feedback_unpublished_oldest_seconds") or 0.0


async def sent_at(service: Service, *minutes: int) -> list[tuple[UUID, str]]:
    """Anonymous cases that are sent at these minutes of the hour, each some odd seconds later."""
    found, now = [], 0
    for minute in minutes:
        service.clock.pass_by(minutes=minute - now, seconds=7)
        now = minute
        found.append(await a_submission(service, f"anonymous-{minute:08}", **ANONYMOUS))
    return found


async def hour_over(service: Service) -> None:
    """Until a minute after the hour that runs, and some seconds."""
    now = service.clock()
    service.clock.pass_by(minutes=61 - now.minute, seconds=30)


async def test_nothing_of_an_hour_is_published_before_its_end(service: Service, tmp_path: Path) -> None:
    log = sequencer(service, tmp_path)
    await sent_at(service, 5)
    for seconds in (0, 54 * 60, 50):
        service.clock.pass_by(seconds=seconds)
        assert await published(service) == 0
        await log.run()
        assert (await service.events(), (await shown(service)).size) == ([], 0)
        assert await _counted(service) == 0
    service.clock.pass_by(seconds=120)
    assert await published(service) == 1
    await log.run()
    (told,) = await service.events()
    assert (told.change, told.version, told.previous_version) == ("received", 1, None)
    assert told.data["step"] == "triage", "finer, and without an instant"
    assert f"{told.occurred_at:%Y-%m-%dT%H:%M:%SZ}" == told.data["received_at"] == HOUR
    assert (await shown(service)).size == 16
    assert await _counted(service) == 1


async def test_two_cases_of_one_hour_cannot_be_told_apart(service: Service, tmp_path: Path) -> None:
    first, second = await sent_at(service, 5, 47)
    for _, code in (first, second):
        said = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Xin bổ sung"})
        assert said.json()["sent_at"] == HOUR
        assert (await service.case(code))["received_at"] == HOUR
    await hour_over(service)
    await published(service)
    await sequencer(service, tmp_path).run()
    seen = {table: await service.rows(table) for table in TABLES}
    instants = set(re.findall(r"datetime\.datetime\(2025, 11, 3, 3, (\d+)", str(seen)))
    assert instants <= {"0"}, "an instant of the hour is kept"
    assert not re.search(r"UUID\('[0-9a-f]{8}-[0-9a-f]{4}-7", str(seen)), "an identifier that tells its time"
    assert len({row["recorded_at"] for row in seen["event"]}) == 1
    listed = await service.http.get(f"{service.prefix}/submissions", headers=service.headers("feedback-hub"))
    assert {item["received_at"] for item in listed.json()["items"]} == {HOUR}
    assert [row["published"] for row in sorted(seen["event"], key=lambda row: row["event_id"])] == [False, True] * 2
    assert seen["hour_step"] == []


async def test_how_long_the_oldest_step_waits_is_measured_also_when_publishing_fails(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent_at(service, 5)
    await published(service)
    assert waiting() == 0
    await hour_over(service)
    service.clock.pass_by(minutes=30)

    async def fails(*_: Any, **__: Any) -> list[int]:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(EventLog, "publish_many", fails)
        with pytest.raises(OSError, match="full"):
            await published(service)
    assert 1800 <= waiting() < 1900
    await published(service)
    assert waiting() == 0


async def test_the_order_in_which_they_came_is_lost(service: Service) -> None:
    cases = [str(case) for case, _ in await sent_at(service, *range(2, 42, 2))]
    await hour_over(service)
    assert await published(service) == 20
    told = [str(event.entity_id) for event in await service.events()]
    assert sorted(told) == sorted(cases)
    assert told != cases  # by chance once in 20!
    assert told != sorted(cases)


async def test_entries_of_an_hour_stand_among_random_ones_and_verify(service: Service, tmp_path: Path) -> None:
    log = sequencer(service, tmp_path / "files")
    await a_submission(service, "somebody-with-a-name")
    await log.run()
    cases = await sent_at(service, *range(1, 18))
    await hour_over(service)
    await log.run()
    assert (await shown(service)).size == 1 + 32
    rows = [row for row in await service.rows("statement") if row["by_hour"]]
    places = [row["log_index"] for row in sorted(rows, key=lambda row: str(row["submission_id"]))]
    assert set(places) <= set(range(1, 33))
    assert places != sorted(places)
    for _, code in cases[:2]:
        (saved,) = await receipts(service, code)
        assert f"\nhour {HOUR}\n" in saved["statement"]
        assert "\nat " not in saved["statement"]
        verified(saved, tmp_path / "files")


async def test_a_process_that_is_killed_between_loses_and_doubles_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent_at(service, 5, 10, 15)
    await hour_over(service)

    async def killed(*_: Any, **__: Any) -> list[int]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(EventLog, "publish_many", killed)
        with pytest.raises(KeyboardInterrupt):
            await published(service)
    assert await service.events() == []
    assert len(await service.rows("hour_step")) == 3
    assert sum(await asyncio.gather(*(published(service) for _ in range(4)))) == 3
    assert await published(service) == 0
    assert len(await service.events()) == 3


async def test_readers_of_the_log_find_no_gap(service: Service) -> None:
    (anonymous, code), *_ = await sent_at(service, 5)
    await a_submission(service, "somebody-with-a-name")
    for step, body in (("triage", {}), ("assign", {"organisation_id": str(MINISTRY)})):
        done = await service.post("feedback-hub", f"/submissions/{anonymous}/{step}", body)
        assert done.status_code == 200, done.text
    await hour_over(service)
    await published(service)
    drafted = await service.post("feedback-hub", f"/submissions/{anonymous}/answers", an_answer())
    path = f"/submissions/{anonymous}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    assert (await service.case(code))["answered_at"] == "2025-11-03T04:00:00Z"
    assert await _states(service) == {"in_time": 2}  # as the log says it
    await hour_over(service)
    await published(service)
    assert await _states(service) == {"in_time": 1, "answered": 1}
    rows = sorted(await service.rows("event"), key=lambda row: row["event_id"])
    mine = [row for row in rows if row["entity_id"] == anonymous]
    assert [row["version"] for row in mine] == [1, 2, 3, 4, 5]
    told = [(row["version"], row["previous_version"], row["change"]) for row in mine if row["published"]]
    assert told == [(3, None, "assigned"), (5, 3, "answered")]
    assert all(row["meta"]["request_id"] is None for row in mine)


async def test_sealed_initiatives_wait_too_and_their_readings_show_the_hour(service: Service, tmp_path: Path) -> None:
    service.clock.pass_by(minutes=20)
    case, code = await a_submission(service, visibility="sealed")
    service.clock.pass_by(minutes=20)
    await service.get(f"/submissions/{case}")
    (read,) = (await service.case(code))["accesses"]
    assert (read["what"], read["read_at"], read["organisation"]["code"]) == ("sealed_text", HOUR, "P57")
    await hour_over(service)
    await published(service)
    await sequencer(service, tmp_path).run()
    assert [kind_of(saved) for saved in await receipts(service, code)] == ["received"]
    assert len(await service.events()) == 1


async def test_a_message_sent_twice_leaves_no_way_from_the_case_to_its_instant(service: Service) -> None:
    ((_, code),) = await sent_at(service, 5)
    say, key = {"receipt_code": code, "text": "Xin bổ sung"}, {"Idempotency-Key": "m" * 16}
    for _ in range(2):
        assert (await service.public("/mailbox/messages", say, **key)).status_code == 201
    assert len((await service.case(code))["messages"]) == 1
    (owner,) = [row["client_id"] for row in await service.rows("idempotency_key")]
    async with service.database.session() as session:
        (known,) = (await session.scalars(text("SELECT encode(receipt_hash, 'hex') FROM submission"))).all()
    assert known not in owner


async def test_who_asks_to_be_anonymous_gives_no_contact(service: Service) -> None:
    refused = await service.send(submission(identity_level="anonymous"))
    assert (refused.status_code, refused.json()["code"]) == (422, "contact-not-anonymous")
    assert await service.rows("submission") == []
    _, named = await a_submission(service)
    _, unnamed = await a_submission(service, "p" * 16, sender={"kind": "citizen"})
    assert [(await service.case(code))["identity_level"] for code in (named, unnamed)] == ["named", "pseudonymous"]


async def _states(service: Service) -> dict[str, int]:
    async with service.database.session() as session:
        return {one.state: one.count for one in await count(session, service.clock())}


async def _counted(service: Service) -> int:
    return sum((await _states(service)).values())
