"""The full peer: a progress report as a user would write it with FastAPI and SQLAlchemy's ORM.

It does what the product does with one: verifies the token of every request, validates, locks the task, writes the task,
the report, the event with the same JSON and the key with the answer, and gives the same answer. It leaves out what the
product does beyond that: the repeated report, `If-Match`, facts of the past, restricted tasks, traces, limits.

Written after FastAPI's "Security", "Dependencies with yield" and "Response Model", SQLAlchemy's "ORM Quick Start" and
"Asynchronous I/O" (`expire_on_commit=False`, one `AsyncSession` a request), and PyJWT's "Usage".
"""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload
from tests.benchmarks.peers.full_models import Event, IdempotencyKey, Organisation, ProgressReport, Task
from tests.benchmarks.peers.full_timing import OPEN, TimingView, bucket, days_late, timing

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
KEYS = {key.key_id: key.key for key in jwt.PyJWKSet.from_json(Path(os.environ["JWKS_FILE"]).read_text("utf-8")).keys}

app = FastAPI(title="Full peer")


class OrganisationBrief(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None


class DirectiveView(BaseModel):
    directive_id: UUID
    programme: str
    number: str
    issued_on: date
    issuer: OrganisationBrief
    title: str
    version: int


class PositionView(BaseModel):
    position_id: UUID
    title: str
    organisation_id: UUID


class TaskEvent(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    task_id: UUID
    code: str
    programme_id: UUID
    directive_id: UUID | None
    clause: str | None
    title: str
    source: str | None
    external_id: str | None
    status: str
    kind: str
    recurrence: str | None
    assigned_by: str
    assigning_organisation_id: UUID
    lead_organisation_id: UUID | None
    coordinating_organisation_ids: list[UUID]
    leader_position: PositionView | None
    responsible_position: PositionView | None
    product: str | None
    product_kind: str | None
    own_fields: dict[str, Any] | None
    authority: str | None
    original_deadline: datetime | None
    current_deadline: datetime | None
    assigned_at: datetime | None
    percent: int
    last_report_at: datetime | None
    reports_count: int
    submitted_at: datetime | None
    completed_at: datetime | None
    completed_by_organisation_id: UUID | None
    evidence_count: int
    demonstration: bool
    cancelled_at: datetime | None
    paused_since: datetime | None
    work_group: str | None
    replaced_by: list[UUID] | None
    expected_on: date | None
    unmoved_at: datetime | None
    upper_number: str | None
    origin: dict[str, Any] | None


class TaskView(BaseModel):
    task_id: UUID
    code: str
    title: str
    source: str | None
    external_id: str | None
    programme: str
    status: str
    kind: str
    bucket: str | None
    assigned_by: str
    lead_organisation: OrganisationBrief | None
    percent: int
    original_deadline: datetime | None
    current_deadline: datetime | None
    last_report_at: datetime | None
    submitted_at: datetime | None
    handed_in_on_time: bool | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    paused_since: datetime | None
    work_group: str | None
    replaced_by: list[UUID] | None
    expected_on: date | None
    slip_days: int | None
    days_late: int | None
    timing: TimingView | None
    upper_number: str | None
    demonstration: bool
    version: int
    updated_at: datetime
    description: str | None
    programme_id: UUID
    directive: DirectiveView | None
    clause: str | None
    upper_task_id: UUID | None
    classification: str
    recurrence: str | None
    current_period: None = None
    months_skipped: list[int] = Field(default_factory=list)
    assigning_organisation: OrganisationBrief
    coordinating_organisations: list[OrganisationBrief]
    leader_position: PositionView | None
    responsible_position: PositionView | None
    product: str | None
    product_kind: str | None
    own_fields: dict[str, Any] | None
    own_field_organisations: None = None
    inside_fields: dict[str, Any] | None
    authority: str | None
    missing_clears: list[str]
    assigned_at: datetime | None
    assignment: dict[str, Any] | None
    reports_count: int
    evidence_count: int
    confirming_organisation: OrganisationBrief | None
    completed_by: OrganisationBrief | None
    origin: dict[str, Any] | None
    occurred_at: datetime
    recorded_at: datetime


class ProgressEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    percent: int | None = Field(default=None, ge=0, le=100)
    text: str = Field(min_length=1, max_length=10_000)
    difficulty: str | None = Field(default=None, max_length=10_000)
    cause: str | None = Field(default=None, max_length=10_000)
    remedy: str | None = Field(default=None, max_length=10_000)


class Client(BaseModel):
    client_id: str
    organisation_id: UUID
    scopes: frozenset[str]


bearer = HTTPBearer()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


async def get_client(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> Client:
    token = credentials.credentials
    try:
        key = KEYS[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["ES256"], audience="sixclear", issuer=os.environ["ISSUER"])
    except (jwt.InvalidTokenError, KeyError):
        raise HTTPException(401, "invalid token", headers={"WWW-Authenticate": "Bearer"}) from None
    client = Client(
        client_id=claims["sub"],
        organisation_id=claims["organisation_id"],
        scopes=frozenset(claims["scope"].split()),
    )
    if "tasks:report" not in client.scopes:
        raise HTTPException(403, "tasks:report is missing")
    return client


SessionDep = Annotated[AsyncSession, Depends(get_session)]
ClientDep = Annotated[Client, Depends(get_client)]


@app.get("/ready")
async def ready(session: SessionDep) -> dict[str, bool]:
    return {"ready": await session.scalar(select(1)) == 1}


@app.post("/api/tasks/v1/tasks/{task_id}/progress", status_code=201, response_model=TaskView)
async def report_progress(
    task_id: UUID,
    entry: ProgressEntry,
    client: ClientDep,
    session: SessionDep,
    request: Request,
    response: Response,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Any:
    now = datetime.now(UTC)
    kept: IdempotencyKey | None = None
    if idempotency_key is not None:
        kept = await new_key(session, client, idempotency_key, request, now)
        if kept.body is not None:
            return Response(kept.body, status_code=kept.status or 201, media_type="application/json")
    task = await load_task(session, task_id)
    if client.organisation_id not in (task.lead_organisation_id, *task.coordinating_organisation_ids):
        raise HTTPException(403, "not a task of this organisation")
    if task.status not in ("assigned", "in_progress", "returned"):
        raise HTTPException(409, "no report is taken in this status")
    previous = report(task, entry, now)
    session.add(
        ProgressReport(
            task_id=task.task_id,
            task_version=task.version,
            organisation_id=client.organisation_id,
            percent=task.percent,
            text=entry.text,
            difficulty=entry.difficulty,
            cause=entry.cause,
            remedy=entry.remedy,
            occurred_at=now,
            recorded_at=now,
        )
    )
    session.add(new_event(task, client, previous, now, request.headers.get("x-request-id") or str(uuid4())))
    answer = await task_view(session, task, now)
    response.headers["ETag"] = f'"{task.version}"'
    if kept is not None:
        kept.status, kept.headers = 201, [["etag", response.headers["ETag"]], ["content-type", "application/json"]]
        kept.body = answer.model_dump_json().encode()
        session.add(kept)
    await session.commit()
    return answer


async def new_key(session: AsyncSession, client: Client, key: str, request: Request, now: datetime) -> IdempotencyKey:
    key_hash = hashlib.sha256(key.encode()).digest()
    request_hash = hashlib.sha256(await request.body()).digest()
    found = await session.get(IdempotencyKey, (client.client_id, key_hash))
    if found is None:
        return IdempotencyKey(
            client_id=client.client_id,
            key_hash=key_hash,
            route=f"{request.method} {request.url.path}",
            request_hash=request_hash,
            created_at=now,
            expires_at=now + timedelta(hours=24),
        )
    if found.request_hash != request_hash:
        raise HTTPException(422, "the key was used for another request")
    return found


async def load_task(session: AsyncSession, task_id: UUID) -> Task:
    statement = (
        select(Task)
        .where(Task.task_id == task_id)
        .options(
            joinedload(Task.programme),
            joinedload(Task.directive),
            joinedload(Task.lead_organisation),
            joinedload(Task.assigning_organisation),
        )
        .with_for_update(of=Task)
    )
    task = await session.scalar(statement)
    if task is None:
        raise HTTPException(404, "no such task")
    return task


def report(task: Task, entry: ProgressEntry, now: datetime) -> int | None:
    """Change the task; returns its previous published version."""
    previous = task.published_version
    task.version += 1
    task.published_version = task.version
    task.percent = task.percent if entry.percent is None else entry.percent
    task.status = "in_progress"
    task.reports_count += 1
    task.last_report_at = task.occurred_at = task.recorded_at = now
    return previous


def new_event(task: Task, client: Client, previous: int | None, now: datetime, request_id: str) -> Event:
    data = TaskEvent.model_validate(task).model_dump(mode="json")
    return Event(
        entity_type="task",
        entity_id=task.task_id,
        version=task.version,
        previous_version=previous,
        change="progress_reported",
        data=data | {"change": "progress_reported", "programme": task.programme.slug},
        meta={
            "client_id": client.client_id,
            "organisation_id": str(client.organisation_id),
            "request_id": request_id,
            "reason": None,
        },
        occurred_at=now,
        recorded_at=now,
        published=True,
    )


async def task_view(session: AsyncSession, task: Task, now: datetime) -> TaskView:
    directive = task.directive
    others = {*task.coordinating_organisation_ids, task.completed_by_organisation_id, task.programme.owner_id}
    others |= {directive.issuer_organisation_id} if directive else set()
    found = await session.scalars(select(Organisation).where(Organisation.organisation_id.in_(others - {None})))
    names = {one.organisation_id: OrganisationBrief.model_validate(one) for one in found}
    lead = OrganisationBrief.model_validate(task.lead_organisation) if task.lead_organisation else None
    assigning = OrganisationBrief.model_validate(task.assigning_organisation)
    doers = {task.lead_organisation_id, *task.coordinating_organisation_ids}
    own = {column: getattr(task, column) for column in TaskView.model_fields if column in Task.__table__.columns}
    return TaskView(
        **own,
        programme=task.programme.slug,
        bucket=bucket(task, now),
        lead_organisation=lead,
        handed_in_on_time=None
        if task.submitted_at is None or task.current_deadline is None
        else task.submitted_at <= task.current_deadline,
        slip_days=None
        if task.expected_on is None or task.current_deadline is None
        else max(0, (task.expected_on - task.current_deadline.date()).days),
        days_late=days_late(task, now),
        timing=timing(task, now),
        updated_at=task.recorded_at,
        directive=None
        if directive is None
        else DirectiveView(
            directive_id=directive.directive_id,
            programme=task.programme.slug,
            number=directive.number,
            issued_on=directive.issued_on,
            issuer=names[directive.issuer_organisation_id],
            title=directive.title,
            version=directive.version,
        ),
        assigning_organisation=assigning,
        coordinating_organisations=[names[one] for one in task.coordinating_organisation_ids],
        missing_clears=missing_clears(task),
        assignment=assignment(task, now),
        confirming_organisation=names[task.programme.owner_id]
        if task.assigning_organisation_id in doers
        else assigning,
        completed_by=names.get(task.completed_by_organisation_id) if task.completed_by_organisation_id else None,
    )


def assignment(task: Task, now: datetime) -> dict[str, Any] | None:
    if task.assigned_at is None or task.status not in (*OPEN, "completed"):
        return None
    until, answered = task.accept_by, task.accepted_at or task.objected_at
    over = until is None or now > until
    state = "objected" if answered and not task.accepted_at else "accepted" if answered or over else "waiting"
    return {"state": state, "since": answered or (over and until) or task.assigned_at, "accept_by": until}


def missing_clears(task: Task) -> list[str]:
    values = {
        "person": task.responsible_position,
        "work": task.title,
        "time": task.current_deadline,
        "responsibility": task.lead_organisation_id,
        "product": task.product,
        "authority": task.authority,
    }
    return [name for name, value in values.items() if not value]
