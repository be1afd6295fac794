"""Erased is erased: at once in the running system, and with the keys of its month in every backup of before."""

import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import (
    HUB,
    KEY,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
    an_opened_contact,
    case_key,
    submission,
)
from tests.integration.feedback.transparency.public_log import receipts, sequencer, verified

from sixclear.feedback.mailbox.service import erase_case
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.periods import KeyFolder
from sixclear.feedback.sealing.renewing import renew
from sixclear.feedback.sealing.service import Vault
from sixclear.feedback.submission.service.erasing import forget_late_statements, repeat_erasures

pytestmark = pytest.mark.asyncio


async def an_answered_submission(service: Service, **changes: Any) -> tuple[UUID, str]:
    """Identifier and receipt code of a case that has its answer."""
    submission_id, code = await an_assigned_submission(service, **changes)
    await an_answer_to(service, submission_id)
    return submission_id, code


async def an_answer_to(service: Service, submission_id: UUID) -> None:
    """The answer of a case, drafted and published."""
    drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer())
    path = f"/submissions/{submission_id}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200


async def erase(service: Service, code: str, what: str) -> dict[str, Any]:
    """Erase as the sender; it must be done."""
    done = await service.public("/mailbox/erasure", {"receipt_code": code, "what": what})
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


async def put_back(service: Service, dumped: list[dict[str, Any]]) -> None:
    """Wrapped keys as a dump of before has them; sealed texts were never deleted."""
    async with service.database.transaction() as session:
        await session.execute(text("DELETE FROM case_key"))
        await session.execute(text("DELETE FROM erasure"))
        names = ("submission_id", "purpose", "recipient", "period", "wrapped")
        insert = f"INSERT INTO case_key ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
        await session.execute(text(insert), dumped)


async def title(service: Service, submission_id: UUID) -> object:
    """The title that the list of handlers shows."""
    items = (await service.get("/submissions"))["items"]
    return next(item["title"] for item in items if item["submission_id"] == str(submission_id))


async def test_a_dump_of_before_opens_with_that_days_keys_and_after_the_period_with_none(
    service: Service, tmp_path: Path
) -> None:
    erased_id, code = await an_answered_submission(service)
    kept_id, kept_code = await a_submission(service, KEY + "-kept")
    dump = await service.rows("case_key")
    shutil.copytree(tmp_path / "keys", tmp_path / "keys of that day")

    said = await erase(service, code, "case")
    assert said["backups_until"] == "2025-12-08T03:00:00Z"
    assert await title(service, erased_id) is None
    await put_back(service, dump)
    assert await title(service, erased_id) == "Bản đồ phòng thí nghiệm dùng chung"
    async with service.database.transaction() as session:
        await session.execute(text("DELETE FROM case_key WHERE submission_id = :case"), {"case": erased_id})

    service.clock.now = datetime(2025, 12, 6, 0, 0, tzinfo=UTC)
    assert await renew(service.database, service.log, service.clock) == 2
    assert {row["period"] for row in await service.rows("case_key")} == {"2025-12"}
    assert {row["recipient"] for row in await service.rows("destroyed_key")} >= {"hub", "escrow", "mailbox"}
    assert await title(service, kept_id) == "Bản đồ phòng thí nghiệm dùng chung"
    assert (await service.case(kept_code))["title"] == "Bản đồ phòng thí nghiệm dùng chung"

    await put_back(service, dump)
    assert (await title(service, erased_id), await title(service, kept_id)) == (None, None)
    assert (await case_key(service, erased_id, "identity")).data is None
    sealing.carry(service.database, Vault(KeyFolder(tmp_path / "keys of that day"), HUB))
    assert await title(service, erased_id) == "Bản đồ phòng thí nghiệm dùng chung"


async def test_a_key_lives_while_it_wraps_what_cannot_be_wrapped_again(service: Service, tmp_path: Path) -> None:
    submission_id, _ = await a_submission(service)
    (tmp_path / "keys" / "private" / "hub").rename(tmp_path / "hub keys")
    service.clock.now = datetime(2025, 12, 6, 0, 0, tzinfo=UTC)
    assert await renew(service.database, service.log, service.clock) == 1
    assert {row["recipient"] for row in await service.rows("destroyed_key")} == {"custodian", "mailbox"}
    (tmp_path / "hub keys").rename(tmp_path / "keys" / "private" / "hub")
    assert await renew(service.database, service.log, service.clock) == 1
    assert not list((tmp_path / "keys" / "private").glob("*/2025-11.key"))
    assert await title(service, submission_id) is not None
    assert await renew(service.database, service.log, service.clock) == 0


async def test_within_its_days_no_key_is_destroyed(service: Service, tmp_path: Path) -> None:
    await a_submission(service)
    service.clock.now = datetime(2025, 12, 5, 23, 59, tzinfo=UTC)
    assert await renew(service.database, service.log, service.clock) == 2
    assert await service.rows("destroyed_key") == []
    assert len(list((tmp_path / "keys" / "private").glob("*/2025-11.key"))) == 4


async def test_a_sender_erases_the_contact_and_may_give_it_again(service: Service) -> None:
    submission_id, code = await a_submission(service)
    await an_opened_contact(service, submission_id)
    erased = await erase(service, code, "contact")
    assert erased == {"what": "contact", "erased_at": "2025-11-03T03:00:00Z", "backups_until": "2025-12-08T03:00:00Z"}
    service.clock.pass_by(hours=1)
    assert await erase(service, code, "contact") == erased
    assert (await service.case(code))["erasures"] == [erased]
    read = await service.post("desk", f"/submissions/{submission_id}/contact", {"reason": "x"})
    assert read.json() == {"name": None, "email": None, "phone": None}
    assert await service.rows("contact") == []
    assert {row["purpose"] for row in await service.rows("case_key")} == {"content"}
    assert (await service.case(code))["title"] == "Bản đồ phòng thí nghiệm dùng chung"
    again = await service.public("/mailbox/identity", {"receipt_code": code, "email": "binh@example.invalid"})
    assert again.status_code == 200, again.text


async def test_a_contact_that_was_given_again_is_erased_with_days_of_its_own(service: Service, tmp_path: Path) -> None:
    _, code = await a_submission(service)
    await erase(service, code, "contact")
    repeat = partial(repeat_erasures, service.database, service.log, service.clock, erase_case)
    await repeat()
    service.clock.pass_by(days=30)
    again = await service.public("/mailbox/identity", {"receipt_code": code, "email": "binh@example.invalid"})
    assert again.status_code == 200, again.text
    tables = "case_key", "erasure", "contact"
    keys, erasures, contacts = [await service.rows(table) for table in tables]
    second = await erase(service, code, "contact")
    assert (second["erased_at"], second["backups_until"]) == ("2025-12-03T03:00:00Z", "2026-01-07T03:00:00Z")
    assert (await service.case(code))["erasures"] == [second]
    await repeat()

    service.clock.pass_by(days=10)  # the days of the first erasure are over, those of the second are not
    await put_back(service, keys)
    async with service.database.transaction() as session:
        for table, rows in (("erasure", erasures), ("contact", contacts)):
            names = ", ".join(rows[0])
            values = ", ".join(f":{name}" for name in rows[0])
            await session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), rows)
    left = tmp_path / "keys" / "erased" / f".{keys[0]['submission_id']}.content.draft"
    left.write_bytes(b"")  # of a process that was killed while it wrote
    assert await repeat() == 1
    assert await service.rows("contact") == []
    assert {row["purpose"] for row in await service.rows("case_key")} == {"content"}


async def test_a_whole_case_is_erased_when_no_answer_is_owed_any_more(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    owed = await service.public("/mailbox/erasure", {"receipt_code": code, "what": "case"})
    assert (owed.status_code, owed.json()["code"]) == (409, "transition-not-allowed")
    drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer())
    path = f"/submissions/{submission_id}/answers/{drafted.json()['answer_id']}/publish"
    await service.post("feedback-publisher", path, {})
    await erase(service, code, "case")

    case = await service.get(f"/submissions/{submission_id}")
    assert (case["status"], case["outcome"], case["title"], case["text"]) == ("answered", "accepted", "", "")
    assert [answer["text"] for answer in case["answers"]] == [""]
    assert (case["contact_given"], case["suggested_programme"]) == (False, None)
    event = (await service.events())[-1]
    assert (event.data["change"], event.data["status"]) == ("shredded", "answered")
    written = await service.post("feedback-hub", f"/submissions/{submission_id}/messages", {"text": "x"})
    assert (written.status_code, written.json()["code"]) == (409, "case-erased")


async def test_an_erased_code_is_answered_like_one_that_never_was(service: Service) -> None:
    _, code = await an_answered_submission(service)
    await erase(service, code, "case")
    never = await service.public("/mailbox", {"receipt_code": "0000-0000-0000-0000-0"})
    erased = await service.public("/mailbox", {"receipt_code": code})
    assert (
        (erased.status_code, erased.json()["code"])
        == (never.status_code, never.json()["code"])
        == (
            404,
            "mailbox-not-found",
        )
    )
    assert set(erased.headers) == set(never.headers)
    for guess in (submission(), submission(title="Tiêu đề khác")):
        again = await service.send(guess)
        assert (again.status_code, again.json()["code"]) == (422, "idempotency-key-reused"), "write with a new key"
    assert [bytes(row["fingerprint"]) for row in await service.rows("submission")] == [b""]


async def test_what_a_release_before_left_in_clear_is_erased_too(service: Service) -> None:
    submission_id, code = await an_answered_submission(service)
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET title = 'Trong sáng', title_sealed = NULL"))
        await session.execute(text("UPDATE answer SET reason = 'Trong sáng'"))
        await session.execute(text("""UPDATE event SET meta = meta || '{"reason": "Trong sáng"}'"""))
    assert await title(service, submission_id) == "Trong sáng"
    await erase(service, code, "case")
    assert await title(service, submission_id) is None
    kept = [await service.rows(table) for table in ("submission", "answer")]
    assert "Trong sáng" not in str(kept) + str([event.meta for event in await service.events()])


async def test_of_an_anonymous_case_the_hour_of_its_erasure_is_kept(service: Service) -> None:
    service.clock.pass_by(minutes=25)
    _, code = await an_answered_submission(service, identity_level="anonymous", sender={})
    erased = await erase(service, code, "case")
    assert erased["erased_at"] == "2025-11-03T03:00:00Z"


async def test_a_dump_that_is_put_back_does_not_bring_back_what_was_erased(service: Service) -> None:
    submission_id, code = await an_answered_submission(service)
    keys, cases, contacts = [await service.rows(table) for table in ("case_key", "submission", "contact")]
    await erase(service, code, "case")
    repeat = partial(repeat_erasures, service.database, service.log, service.clock, erase_case)
    assert await repeat() == 0
    await put_back(service, keys)
    async with service.database.transaction() as session:
        old = {"old": cases[0]["receipt_hash"]}
        await session.execute(text("UPDATE submission SET receipt_hash = :old, version = version - 1"), old)
        await session.execute(text("DELETE FROM event WHERE data->>'change' = 'shredded'"))
    assert (await service.case(code))["title"] == "Bản đồ phòng thí nghiệm dùng chung"
    assert await repeat() == 2
    assert await title(service, submission_id) is None
    assert (await service.public("/mailbox", {"receipt_code": code})).status_code == 404
    assert (await repeat(), len(contacts)) == (0, 1)


async def test_a_case_that_is_open_in_the_dump_is_erased_when_it_is_answered_however_late(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    keys, (case,) = [await service.rows(table) for table in ("case_key", "submission")]
    await an_answer_to(service, submission_id)
    await erase(service, code, "case")
    repeat = partial(repeat_erasures, service.database, service.log, service.clock, erase_case)
    await repeat()
    await put_back(service, keys)
    async with service.database.transaction() as session:
        await session.execute(text("DELETE FROM answer"))
        await session.execute(text("DELETE FROM event WHERE version > :version"), case)
        names = "receipt_hash", "status", "outcome", "answered_at", "occurred_at", "words_hash", "version"
        values = ", ".join(f"{name} = :{name}" for name in names)
        await session.execute(text(f"UPDATE submission SET {values}"), case)
    assert await repeat() == 1  # the contact

    service.clock.pass_by(days=36)
    await renew(service.database, service.log, service.clock)
    assert await repeat() == 0
    await an_answer_to(service, submission_id)
    assert await title(service, submission_id) == "Bản đồ phòng thí nghiệm dùng chung"
    assert await repeat() == 1
    assert await title(service, submission_id) is None
    assert (await service.public("/mailbox", {"receipt_code": code})).status_code == 404


async def test_a_contact_that_was_given_again_outlives_the_days_of_the_erasure(service: Service) -> None:
    _, code = await a_submission(service)
    await erase(service, code, "contact")
    repeat = partial(repeat_erasures, service.database, service.log, service.clock, erase_case)
    await repeat()
    await service.public("/mailbox/identity", {"receipt_code": code, "email": "binh@example.invalid"})
    service.clock.pass_by(days=36)
    assert await repeat() == 0
    assert len(await service.rows("contact")) == 1


async def test_a_saved_receipt_verifies_after_erasure_and_nobody_else_can_test_anything(
    service: Service, tmp_path: Path
) -> None:
    _, code = await an_answered_submission(service)
    await sequencer(service, tmp_path / "log").run()
    saved = await receipts(service, code)
    await erase(service, code, "case")
    assert len([verified(receipt) for receipt in saved]) == len(saved) == 3
    assert {(bytes(row["salt"]), bytes(row["content"]), row["note"]) for row in await service.rows("statement")} == {
        (b"", b"", None)
    }
    await forget_late_statements(service.database, service.clock)
    await sequencer(service, tmp_path / "log").run()
