"""What people write stands in the database sealed: who has it alone reads nothing, who may read it reads all."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.integration.feedback.conftest import (
    HUB,
    KEY,
    MINISTRY,
    Service,
    a_submission,
    a_vault,
    an_answer,
    an_assigned_submission,
    an_opened_contact,
    case_key,
)

from sixclear.feedback.sealing import filling
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.filling import clear_rows, seal_what_is_clear
from sixclear.feedback.sealing.periods import KeyFolder
from sixclear.feedback.sealing.service import Vault, open_reason

pytestmark = pytest.mark.asyncio

SAID = (
    "phòng thí nghiệm",
    "Các viện",
    "Viện nào",
    "Viện Vật lý",
    "Phù hợp",
    "Nghị quyết",
    "12 phòng",
    "Hỏi",
    "Cần",
    "Đúng",
)
PERSON = ("Trần Thị Bình", "binh@example", "912 345 678")


async def a_case(service: Service) -> tuple[str, str]:
    """A case with a message of each side, a draft, a reading of the contact, and a reason; its path and code."""
    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    await an_opened_contact(service, submission_id, "feedback-hub")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("messages", {"text": "Viện nào?"}),
        ("contact", {"reason": "Hỏi thêm"}),
        ("assign", {"organisation_id": str(MINISTRY), "reason": "Đúng thẩm quyền"}),
        ("answers", an_answer()),
    ]
    for step, body in steps:
        done = await service.post("feedback-hub", f"{case}/{step}", body)
        assert done.status_code in (200, 201), done.text
    sent = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Viện Vật lý"})
    assert sent.status_code == 201
    return case, code


async def dump(service: Service) -> str:
    """Every row of every table, bytes as the text that they may be."""
    kept: list[str] = []
    async with service.database.session() as session:
        names = (await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).all()
    for name in names:
        for row in await service.rows(f'"{name}"'):
            kept.extend(
                value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in row.values()
            )
    return "\n".join(kept)


async def test_a_stolen_dump_shows_no_text_of_any_case(service: Service) -> None:
    case, code = await a_case(service)
    stolen = await dump(service)
    assert str(case.rpartition("/")[2]) in stolen
    assert [said for said in (*SAID, *PERSON) if said in stolen] == []
    shown = str(await service.get(case)) + str(await service.case(code))
    assert [said for said in SAID[:-3] if said not in shown] == []


async def test_without_the_folder_of_keys_nothing_opens_and_nothing_fails(service: Service, tmp_path: Path) -> None:
    case, code = await a_case(service)
    sealing.carry(service.database, Vault(KeyFolder(tmp_path / "other keys"), HUB))
    seen, listed, mailbox = await service.get(case), await service.get("/submissions"), await service.case(code)
    assert (seen["title"], seen["text"], seen["messages"][0]["text"], seen["answers"][0]["text"]) == ("", "", "", "")
    assert (listed["items"][0]["title"], mailbox["text"]) == (None, "")
    refused = await service.post("feedback-hub", f"{case}/messages", {"text": "Còn đó không?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "case-erased")
    sealing.carry(service.database, a_vault(tmp_path))
    assert (await service.get(case))["messages"][0]["text"] == "Viện nào?"


async def test_a_sender_opens_the_text_by_the_code_alone(service: Service, tmp_path: Path) -> None:
    _, code = await a_case(service)
    (tmp_path / "keys" / "private" / "hub").rename(tmp_path / "hub keys")
    assert (await service.case(code))["messages"][0]["text"] == "Viện nào?"
    changed = await service.public("/mailbox/code", {"receipt_code": code}, **{"Idempotency-Key": "n" * 20})
    assert (await service.case(changed.json()["receipt_code"]))["messages"][1]["text"] == "Viện Vật lý"


async def test_a_body_opens_what_it_was_given_and_no_longer_what_it_was_taken(service: Service, tmp_path: Path) -> None:
    case, _ = await a_case(service)
    (tmp_path / "keys" / "private" / "hub").rename(tmp_path / "hub keys")
    own = await service.http.get(f"{service.prefix}{case}", headers=service.headers("ministry"))
    assert own.json()["messages"][0]["text"] == "Viện nào?"
    (tmp_path / "hub keys").rename(tmp_path / "keys" / "private" / "hub")
    moved = await service.post("feedback-hub", f"{case}/assign", {"organisation_id": str(HUB)})
    assert moved.status_code == 200
    assert {row["recipient"] for row in await service.rows("case_key")} == {"hub", "escrow", "mailbox", "custodian"}


async def test_a_case_of_before_is_readable_and_is_sealed(service: Service) -> None:
    case, code = await a_case(service)
    before = await service.get(case)
    await as_a_release_before_wrote_it(service)
    assert await service.get(case) == before
    assert (await service.case(code))["text"] == before["text"]

    assert await seal_what_is_clear(service.database, service.log, service.clock) == 7
    assert await seal_what_is_clear(service.database, service.log, service.clock) == 0
    async with service.database.session() as session:
        assert await clear_rows(session) == 0
    assert [said for said in (*SAID, *PERSON) if said in await dump(service)] == []
    kept = [event.meta["reason"] for event in await service.events() if event.change == "assigned"][-1]
    assert open_reason(await case_key(service, UUID(case.rpartition("/")[2])), kept) == "Đúng thẩm quyền"
    assert await service.get(case) == before
    assert (await service.case(code))["text"] == before["text"]
    await an_opened_contact(service, case.rpartition("/")[2])
    assert (await service.post("desk", f"{case}/contact", {"reason": "x"})).json()["email"] == "binh@example.invalid"
    assert {row["recipient"] for row in await service.rows("case_key")} >= {"hub", "mailbox", f"body-{MINISTRY}"}


async def test_a_case_of_before_is_written_to_before_it_is_sealed(service: Service) -> None:
    case, code = await a_case(service)
    await as_a_release_before_wrote_it(service)
    sent = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Còn đây nữa"})
    assert sent.status_code == 201, sent.text
    texts = [message["text"] for message in (await service.get(case))["messages"]]
    assert texts == ["Viện nào?", "Viện Vật lý", "Còn đây nữa"]
    assert "Còn đây nữa" not in await dump(service)


async def test_a_case_whose_keys_do_not_open_keeps_no_other_from_being_sealed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "_CHUNK", 1)
    cases = sorted([(await a_submission(service, f"{KEY}-{number}"))[0] for number in range(3)])
    async with service.database.transaction() as session:
        for case in cases:
            clear = "UPDATE submission SET title = 'Trong sáng', title_sealed = NULL WHERE submission_id = :case"
            await session.execute(text(clear), {"case": case})
        lost = "UPDATE case_key SET period = '2020-01' WHERE submission_id = :case"
        await session.execute(text(lost), {"case": cases[0]})
    assert await seal_what_is_clear(service.database, service.log, service.clock) == 2
    in_clear = [row["submission_id"] for row in await service.rows("submission") if row["title"]]
    assert in_clear == [cases[0]]


async def test_tables_are_written_again_once_and_later_at_most_once_a_day(service: Service) -> None:
    await a_submission(service)
    first = await sealed_and_file(service, clear=True)
    hour_later, hours_later = [await sealed_and_file(service, clear=clear, hours=1) for clear in (True, False)]
    day_later, days_later = [await sealed_and_file(service, clear=False, hours=24) for _ in range(2)]
    assert (first[0], hour_later, hours_later) == (1, (1, first[1]), (0, first[1]))
    assert day_later[1] != first[1]
    assert days_later == day_later == (0, day_later[1])


async def test_a_large_month_of_events_is_left_to_a_quiet_hour_and_named(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_submission(service)
    files = "pg_class WHERE relname ~ '^event_[0-9d]' AND relkind = 'r'"
    (event, *_) = await service.rows("(SELECT tableoid::regclass::text AS month FROM event) AS stored")
    month = event["month"]
    before = {row["relname"]: row["relfilenode"] for row in await service.rows(files)}
    monkeypatch.setattr(filling, "_MOST_BYTES", 0)
    with capture_logs() as said:
        first = await sealed_and_file(service, clear=True)
    assert {row["relname"]: row["relfilenode"] for row in await service.rows(files)} == before
    [warned] = [line for line in said if line["log_level"] == "warning"]
    assert month in warned["tables"]
    monkeypatch.undo()
    assert (await sealed_and_file(service, clear=True, hours=24))[1] != first[1]
    assert {row["relname"]: row["relfilenode"] for row in await service.rows(files)}[month] != before[month]


async def sealed_and_file(service: Service, *, clear: bool, hours: int = 0) -> tuple[int, int]:
    """How many rows a pass seals so many hours later, and the file of the cases' table after it."""
    service.clock.pass_by(hours=hours)
    if clear:
        async with service.database.transaction() as session:
            await session.execute(text("UPDATE submission SET title = 'Trong sáng', title_sealed = NULL"))
    sealed = await seal_what_is_clear(service.database, service.log, service.clock)
    (found,) = await service.rows("pg_class WHERE relname = 'submission'")
    return sealed, found["relfilenode"]


async def as_a_release_before_wrote_it(service: Service) -> None:
    """Every text stands in clear, and no case has a key."""
    statements = []
    for table, row, purpose, names in (
        ("submission", "submission_id", "content", ("title", "text")),
        ("message", "submission_version", "content", ("text",)),
        ("answer", "answer_id", "content", ("reason", "legal_basis", "text")),
        ("access_log", "access_id", "content", ("reason",)),
        ("contact", "submission_id", "identity", ("name", "email", "phone")),
    ):
        for found in await service.rows(table):
            key = await case_key(service, found["submission_id"], purpose)
            for name in names:
                clear = key.open(f"{table}.{name}", found[row], found[f"{name}_sealed"])
                values = {"clear": clear, "case": found["submission_id"], "row": found[row]}
                command = f"UPDATE {table} SET {name} = :clear, {name}_sealed = NULL"
                statements.append((f"{command} WHERE submission_id = :case AND {row} = :row", values))
    async with service.database.transaction() as session:
        for command, values in statements:
            await session.execute(text(command), values)
        assigned = """UPDATE event SET meta = jsonb_set(meta, '{reason}', '"Đúng thẩm quyền"')
                      WHERE change = 'assigned' AND meta->>'reason' LIKE 'sealed:%'"""
        await session.execute(text(assigned))
        await session.execute(text("DELETE FROM identity_request"))
        await session.execute(text("DELETE FROM case_key"))
