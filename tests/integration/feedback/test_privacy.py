"""After a submission, its text, its sender and its receipt code are in their own tables and nowhere else."""

import io
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import orjson
import pytest
import pytest_asyncio
from opentelemetry.sdk.trace import ReadableSpan
from sqlalchemy import text
from tests.contract.feedback.after_the_answer import POINT, PROMISE
from tests.integration.feedback.conftest import (
    KEY,
    MINISTRY,
    Service,
    an_answer,
    an_assigned_submission,
    an_opened_contact,
    submission,
)

from sixclear.common.logging import configure_logging
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import configure_telemetry, instrument_engine

OWN_TABLES = {"submission", "contact", "message", "answer", "access_log"}


class KeptSpans:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def offer(self, spans: Sequence[ReadableSpan]) -> None:
        self.spans.extend(spans)


@pytest_asyncio.fixture
async def spans(service: Service) -> AsyncIterator[KeptSpans]:
    """Every span of the service, each request and each statement included."""
    kept = KeptSpans()
    telemetry = configure_telemetry("feedback", CommonSettings(trace_ratio=1.0), kept)
    instrument_engine(service.database.engine, "feedback")
    yield kept
    await telemetry.shutdown()


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """Every line that the service logs."""
    stream = io.StringIO()
    configure_logging(CommonSettings(log_level="DEBUG"), stream=stream)
    yield stream
    configure_logging(CommonSettings())


async def everything_else(service: Service) -> str:
    """All rows of all tables that are not made for what people write, as text."""
    kept = []
    async with service.database.session() as session:
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in sorted(set(names) - OWN_TABLES):
            rows = await session.scalars(text(f'SELECT t::text FROM "{name}" t'))
            kept.append(f"{name}: " + "\n".join(map(str, rows)))
            if name == "idempotency_key":
                bodies = await session.scalars(text("SELECT body FROM idempotency_key WHERE body IS NOT NULL"))
                kept.extend(bytes(body).decode() for body in bodies)
    return "\n".join(kept)


def key(sign: str) -> dict[str, str]:
    """An idempotency key of its own."""
    return {"Idempotency-Key": sign * 16}


async def a_whole_case(service: Service) -> list[str]:
    """Send, fail, guess, write, answer, read; answers everything that was said in confidence."""
    sent = await service.send(submission())
    receipt, case = sent.json()["receipt_code"], f"/submissions/{sent.json()['submission_id']}"
    unusable = submission(sender={"email": "binh@example.invalid", "phone": "Các viện công bố"})
    opening = {"receipt_code": receipt}
    assign = {"organisation_id": str(MINISTRY)}
    answers = [
        sent,
        await service.send(submission()),
        await service.send(submission(text="Các viện công bố, bản khác")),
        await service.send(unusable, KEY + "x"),
        await service.public("/mailbox", opening, **key("o")),
        await service.public("/mailbox", {"receipt_code": receipt[:-2]}),
        await service.public("/mailbox/messages", opening | {"text": "Tôi ở Huế"}, **key("m")),
        await service.post("feedback-hub", f"{case}/messages", {"text": "Bà ở đâu?"}, **key("h")),
        await service.post("feedback-hub", f"{case}/triage", {}, **key("t")),
        await service.post("feedback-hub", f"{case}/assign", assign, **key("a")),
        await service.post("feedback-hub", f"{case}/answers", an_answer(points=[POINT], steps=[PROMISE]), **key("d")),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 422, 422, 200, 404, 201, 201, 200, 200, 201]
    await an_opened_contact(service, sent.json()["submission_id"])
    read = await service.post("desk", f"{case}/contact", {"reason": "Gọi lại"}, **key("c"))
    assert read.status_code == 200
    path = f"{case}/answers/{answers[-1].json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {}, **key("p"))).status_code == 200
    rating = opening | {"rating": "partly", "words": "Chưa rõ phí"}
    assert (await service.public("/mailbox/rating", rating, **key("r"))).status_code == 200
    await service.get(case)
    person = ["Trần Thị Bình", "binh@example.invalid", "912 345 678"]
    written = [
        "Bản đồ phòng thí nghiệm",
        "Các viện công bố",
        "Tôi ở Huế",
        "Bà ở đâu",
        "Bộ sẽ công bố",
        "Gọi lại",
        "Cần gọi lại",
    ]
    written += [*POINT.values(), PROMISE["words"], "Chưa rõ phí"]
    return [*person, *written, receipt, receipt.replace("-", ""), receipt[:19]]


@pytest.mark.asyncio
async def test_what_was_said_in_confidence_stays_there(
    service: Service, spans: KeptSpans, log_lines: io.StringIO
) -> None:
    secrets = await a_whole_case(service)
    traced = "\n".join(span.to_json() for span in spans.spans)
    stored, logged = await everything_else(service), log_lines.getvalue()
    assert "answered" in stored
    assert "/api/feedback/v1/mailbox" in traced
    assert "INSERT" in traced
    for secret in secrets:
        quoted = orjson.dumps(secret).decode().strip('"')
        for place, kept in (("tables", stored), ("logs", logged), ("spans", traced)):
            assert secret not in kept, f"{secret} is in {place}"
            assert quoted not in kept
            assert secret.encode("unicode_escape").decode() not in kept


@pytest.mark.asyncio
async def test_a_fault_of_ours_repeats_nothing_either(
    service: Service, spans: KeptSpans, log_lines: io.StringIO
) -> None:
    async with service.database.transaction() as session:
        await session.execute(text("ALTER TABLE contact RENAME TO gone"))
    failed = await service.send(submission())
    assert failed.status_code == 500
    logged, traced = log_lines.getvalue(), "\n".join(span.to_json() for span in spans.spans)
    assert "database error" in logged
    for kept in (failed.text, logged, traced):
        for part in ("Bình", "B\\u00ecnh", "binh@", "912 345", "phòng thí nghiệm"):
            assert part not in kept


@pytest.mark.asyncio
async def test_the_code_itself_is_stored_nowhere(service: Service) -> None:
    receipt = (await service.send(submission())).json()["receipt_code"]
    [row] = await service.rows("submission")
    for form in (receipt, receipt.replace("-", ""), receipt.replace("-", "")[:16]):
        assert form not in str(row)
        assert form.encode() not in bytes(row["receipt_hash"]) + bytes(row["fingerprint"])


@pytest.mark.asyncio
async def test_lists_and_cases_show_no_contact(service: Service) -> None:
    sent = await service.send(submission())
    case = sent.json()["submission_id"]
    for path in ("/submissions", f"/submissions/{case}"):
        shown = orjson.dumps(await service.get(path)).decode()
        assert "Bình" not in shown
        assert "binh@" not in shown
        assert "912" not in shown
    assert "Các viện" not in orjson.dumps(await service.get("/submissions")).decode()
    assert (await service.get(f"/submissions/{case}"))["contact_given"] is True


@pytest.mark.asyncio
async def test_what_is_kept_for_retries_has_no_words_of_sender_or_handler(service: Service) -> None:
    case, code = await an_assigned_submission(service, consent=True)
    path, opening = f"/submissions/{case}", {"receipt_code": code}
    proposal = {"title": "Lịch chung", "abstract": "Một trang cho biết phòng nào trống.", "programme": "nq57-central"}
    drafted = await service.post("feedback-hub", f"{path}/answers", an_answer())
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("ministry", f"{path}/identity-requests", {"reason": "Cần gọi lại"}),
        ("ministry", f"{path}/proposal", proposal),
        ("feedback-publisher", f"{path}/answers/{drafted.json()['answer_id']}/publish", {}),
    ]
    for number, (client_id, address, body) in enumerate(steps):
        done = await service.post(client_id, address, body, **key(str(number)))
        assert done.status_code in (200, 201), done.text
    assert (await service.public("/mailbox/appeal", opening | {"reason": "Vẫn chưa có"}, **key("u"))).status_code == 200
    [appeal] = await service.rows("appeal")
    decision = {"decision": "rejected", "text": "Lịch đã có"}
    address = f"/appeals/{appeal['appeal_id']}/decide"
    decided = [await service.post("appeals-desk", address, decision, **key("v")) for _ in range(2)]
    assert decided[0].json() == decided[1].json()
    kept = "".join(bytes(row["body"] or b"").decode() for row in await service.rows("idempotency_key"))
    assert str(case) in kept
    said = ("Cần gọi lại", "Lịch chung", "Một trang", "Vẫn chưa có", "Lịch đã có")
    assert [words for words in said if words in kept] == []
