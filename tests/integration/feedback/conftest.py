"""The feedback application on real PostgreSQL, with a fixed secret so that receipts and identifiers are the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio
from sqlalchemy import text

from sixclear.common.caller import Caller
from sixclear.common.ids import stable_id
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.mirrored import follow
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import RunningService, running_service
from sixclear.common.use_case import Context
from sixclear.feedback.app import create_app
from sixclear.feedback.events import EVENTS
from sixclear.feedback.organisation.models import Organisation
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.periods import KeyFolder
from sixclear.feedback.sealing.service import CONTENT, Vault
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.receipts import Receipts

START = datetime(2025, 11, 3, 3, 0, tzinfo=UTC)
SECRET = b"a secret of thirty-two bytes !!!"
KEY = "0f5f3a52-2a1c-4b6e-9d57-6f1a0c57d0e1"
MINISTRY = stable_id("organisation", "G06")
OTHER_MINISTRY = stable_id("organisation", "G01")
HUB = stable_id("organisation", "P57")
SCOPES = {
    "feedback-hub": ("feedback:handle", "feedback:publish", "facts:past"),
    "feedback-publisher": ("feedback:publish",),
    "desk": ("feedback:handle",),
    "citizen": ("feedback:endorse",),
    "ministry": ("feedback:handle",),
    "other-ministry": ("feedback:handle", "feedback:publish"),
    "custodian": ("feedback:custodian",),
    "auditor": ("audit:read",),
    # The hub's own people for appeals: a position that neither drafts nor publishes.
    "appeals-desk": ("feedback:handle",),
    **{f"expert-{number}": ("feedback:review",) for number in (1, 2, 3)},
}
ORGANISATIONS = {"ministry": MINISTRY, "other-ministry": OTHER_MINISTRY} | {
    f"expert-{number}": None for number in (1, 2, 3)
}


_REVIEWS = ("reviewer", "review", "review_message", "review_decision")


class Service(RunningService):
    """The public, and clients of the hub unless they are a ministry's."""

    prefix = "/api/feedback/v1"
    tables = (
        *(
            "submission",
            "contact",
            "case_key",
            "message",
            "answer",
            "promise",
            "answer_template",
            "rating",
            "access_log",
        ),
        *("event", "idempotency_key"),
        *_REVIEWS,
    )

    def headers(self, client_id: str, /) -> dict[str, str]:
        return self.issuer.headers(
            *SCOPES[client_id], client_id=client_id, organisation_id=ORGANISATIONS.get(client_id, HUB)
        )

    def reader_headers(self) -> dict[str, str]:
        return self.headers("feedback-hub")

    async def send(self, body: Any, key: str = KEY, **headers: str) -> httpx2.Response:
        """POST a submission as anybody."""
        return await self.public("/submissions", body, **({"Idempotency-Key": key} | headers))

    async def public(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        """POST as anybody."""
        return await self.http.post(f"{self.prefix}{path}", json=body, headers=headers)

    async def case(self, code: str) -> Any:
        """What the mailbox shows; it must open."""
        response = await self.public("/mailbox", {"receipt_code": code})
        assert response.status_code == 200, response.text
        return response.json()

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table."""
        async with self.database.session() as session:
            return [dict(row) for row in (await session.execute(text(f"SELECT * FROM {table}"))).mappings()]


def a_vault(home: Path) -> Vault:
    """What seals and opens, with its keys below a folder."""
    return Vault(KeyFolder(home / "keys"), HUB)


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase, tmp_path: Path) -> AsyncIterator[Service]:
    """The feedback application, empty."""
    async with started(await clone_database("sixclear.feedback"), tmp_path) as running:
        yield running


@asynccontextmanager
async def started(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """The feedback application on an empty database."""
    settings = Settings(database_url=database_url, messages_per_case=3, notices="on", files_folder=tmp_path / "files")
    create = partial(create_app, receipts=Receipts(SECRET), vault=a_vault(tmp_path))
    async with running_service(Service, EVENTS, settings, create, MovingClock(START)) as running:
        await follow(running, Organisation, "organisation", "G06", "G01", "P57")
        yield running


async def told_by_an_earlier_edition(service: Service, *, due_at: str, due_soon_at: str) -> None:
    """Every case is as a release before the newest edition of the calendar left it."""
    told = {"due_at": datetime.fromisoformat(due_at), "due_soon_at": datetime.fromisoformat(due_soon_at)}
    async with service.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE submission SET calendar_edition = '2026.1', first_due_at = :due_at,"
                " due_at = :due_at, due_soon_at = :due_soon_at"
            ),
            told,
        )


async def case_key(service: Service, case_id: UUID, purpose: str = CONTENT) -> CaseKey:
    """The key of a case, opened for the hub or the custodian."""
    async with service.database.session() as session:
        ctx = Context(session, service.log, Caller("test"), service.clock())
        return await sealing.key_to_read(ctx, case_id, purpose)


def submission(**changes: Any) -> dict[str, Any]:
    """An initiative of a scientist who says how to be reached."""
    body: dict[str, Any] = {
        "kind": "initiative",
        "title": "Bản đồ phòng thí nghiệm dùng chung",
        "text": "Các viện công bố lịch trống để doanh nghiệp đặt dùng thiết bị.",
        "programme": "nq57-central",
        "sender": {
            "kind": "scientist",
            "name": "Trần Thị Bình",
            "email": "binh@example.invalid",
            "phone": "+84 912 345 678",
        },
    }
    return body | changes


def an_answer(**changes: Any) -> dict[str, Any]:
    """An answer that names decision, reason, legal basis, who is responsible and when."""
    body: dict[str, Any] = {
        "outcome": "accepted",
        "reason": "Phù hợp kế hoạch năm 2026.",
        "legal_basis": "Nghị quyết 57-NQ/TW, mục III.4",
        "responsible_organisation_id": str(MINISTRY),
        "next_date": "2026-03-31",
        "text": "Bộ sẽ công bố lịch của 12 phòng thí nghiệm trước 31/3/2026.",
    }
    return body | changes


async def a_submission(service: Service, key: str = KEY, **changes: Any) -> tuple[UUID, str]:
    """Identifier and receipt code of a new submission."""
    response = await service.send(submission(**changes), key)
    assert response.status_code == 201, response.text
    return UUID(response.json()["submission_id"]), response.json()["receipt_code"]


async def an_assigned_submission(service: Service, key: str = KEY, **changes: Any) -> tuple[UUID, str]:
    """Identifier and receipt code of a submission that the ministry must answer."""
    submission_id, code = await a_submission(service, key, **changes)
    for step, body in (("triage", {}), ("assign", {"organisation_id": str(MINISTRY)})):
        response = await service.post("feedback-hub", f"/submissions/{submission_id}/{step}", body)
        assert response.status_code == 200, response.text
    return submission_id, code


async def an_opened_contact(service: Service, submission_id: object, client_id: str = "desk") -> str:
    """A body asks to know who the sender is, and a custodian allows it; answers of which request."""
    path = f"/submissions/{submission_id}/identity-requests"
    asked = await service.post(client_id, path, {"reason": "Cần gọi lại"})
    assert asked.status_code == 201, asked.text
    approved = await service.post("custodian", f"{path}/{asked.json()['request_id']}/approve", {})
    assert approved.status_code == 200, approved.text
    return str(asked.json()["request_id"])
