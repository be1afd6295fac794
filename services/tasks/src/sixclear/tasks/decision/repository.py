"""Decisions in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, and_, func, literal_column, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.decision.lifecycle import NEED_ACCEPTANCE
from sixclear.tasks.decision.models import Decision
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.filters import Mandated, among, has_part, is_named
from sixclear.tasks.task.models import Task


@dataclass(frozen=True, slots=True)
class Decider:
    """A body whose word is asked for, the programmes that it owns, and the bodies below it."""

    organisation_id: UUID
    owned_programme_ids: Sequence[UUID]
    below: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """What a list of decisions is narrowed to; None: to nothing.

    `concerned` is the body that asks for its own decisions, restricted ones included; `mandated` names the tasks whose
    decisions are asked for by mandate; `decider` is the body whose word they wait for. Without them there are only
    public ones.
    """

    task_id: UUID | None
    kind: str | None
    state: str | None
    organisation_ids: Sequence[UUID] | None
    asked_before: datetime | None
    concerned: UUID | None
    mandated: Mandated | None = None
    objection: bool | None = None
    decider: Decider | None = None


@dataclass(frozen=True, slots=True)
class PastExtension:
    """An extension of a task that has no decision: what its event says, and the deadline before it."""

    event_id: int
    task_id: UUID
    version: int
    occurred_at: datetime
    organisation_id: UUID
    reason: str
    lead_organisation_id: UUID | None
    deadline: datetime
    former: datetime | None


# A granted transfer that was neither accepted nor declined.
AWAITS_ACCEPTANCE = (Decision.kind.in_(NEED_ACCEPTANCE), Decision.state.in_(("granted", "granted_otherwise")))

# Written as in the index `ix_decision_awaited`, which a list of what waits uses.
_AWAITED: ColumnElement[bool] = literal_column(
    "(decision.state = 'asked' OR decision.kind = 'transfer' AND "
    "(decision.state = 'granted' OR decision.state = 'granted_otherwise'))",
    Boolean,
)

# In the order of the log, from a position on: each event is read once, however many chunks there are.
_PAST_EXTENSIONS = text(
    """SELECT e.event_id, e.entity_id AS task_id, e.version, e.occurred_at,
              coalesce(e.meta->>'organisation_id', e.data->>'assigning_organisation_id')::uuid AS organisation_id,
              coalesce(e.meta->>'reason', '') AS reason,
              (e.data->>'lead_organisation_id')::uuid AS lead_organisation_id,
              (e.data->>'current_deadline')::timestamptz AS deadline,
              (SELECT (before.data->>'current_deadline')::timestamptz FROM event before
               WHERE before.entity_type = 'task' AND before.entity_id = e.entity_id AND before.version < e.version
               ORDER BY before.version DESC LIMIT 1) AS former
       FROM event e
       WHERE e.event_id > :after AND e.entity_type = 'task' AND e.change = 'extended' AND e.published
         AND e.data->>'current_deadline' IS NOT NULL
         AND NOT EXISTS (SELECT FROM decision d
                         WHERE d.task_id = e.entity_id AND d.kind = 'extension' AND d.decided_at = e.occurred_at
                           AND (d.decided->>'deadline')::timestamptz = (e.data->>'current_deadline')::timestamptz)
       ORDER BY e.event_id LIMIT :limit"""
)


async def list_past_extensions(session: AsyncSession, after: int, limit: int) -> Sequence[PastExtension]:
    """Extensions of the log behind this position of which no decision tells, each published when it was decided."""
    found = await session.execute(_PAST_EXTENSIONS, {"after": after, "limit": limit})
    return [PastExtension(**row) for row in found.mappings()]


async def known_decisions(session: AsyncSession, decision_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these decisions are there."""
    return set(await session.scalars(select(Decision.decision_id).where(Decision.decision_id.in_(decision_ids))))


async def find_decision(session: AsyncSession, decision_id: UUID) -> Decision | None:
    """The decision with this identifier."""
    return await session.get(Decision, decision_id)


async def lock_decision(session: AsyncSession, decision_id: UUID) -> Decision | None:
    """The decision as it is now, its row locked; its task was locked before it."""
    return await session.get(Decision, decision_id, with_for_update=True, populate_existing=True)


async def decisions_of(session: AsyncSession, task_id: UUID) -> Sequence[Decision]:
    """All decisions on a task, oldest first."""
    of_task = select(Decision).where(Decision.task_id == task_id)
    return (await session.scalars(of_task.order_by(Decision.asked_at, Decision.decision_id))).all()


async def answer_assignment(
    session: AsyncSession, task: Task, *, accepted_at: datetime | None = None, objected_at: datetime | None = None
) -> None:
    """Write what the lead body of a locked task says to its assignment; its version stays."""
    task.accepted_at, task.objected_at = accepted_at, objected_at
    await session.flush()


async def count_decisions(session: AsyncSession, task_id: UUID) -> int:
    """How many decisions a task has."""
    return (await session.scalars(select(func.count()).where(Decision.task_id == task_id))).one()


async def list_decisions(
    session: AsyncSession,
    narrow: DecisionFilter,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
    newest_first: bool = False,
) -> Sequence[Decision]:
    """Decisions, the longest asked first, or the last asked first, after the cursor."""
    statement, place = _listed(narrow), tuple_(Decision.asked_at, Decision.decision_id)
    if after is not None:
        statement = statement.where(place < tuple_(*after) if newest_first else place > tuple_(*after))
    keys = Decision.asked_at, Decision.decision_id
    ordered = statement.order_by(*(one.desc() for one in keys)) if newest_first else statement.order_by(*keys)
    return (await session.scalars(ordered.limit(limit))).all()


async def count_listed(session: AsyncSession, narrow: DecisionFilter) -> int:
    """How many decisions a list has."""
    return (await session.scalars(select(func.count()).select_from(_listed(narrow).subquery()))).one()


def _listed(narrow: DecisionFilter) -> Select[Decision]:
    statement = select(Decision).where(*_conditions(narrow))
    if narrow.concerned is not None or narrow.mandated is not None or narrow.decider is not None:
        statement = statement.join(Task, Task.task_id == Decision.task_id)
    return statement


def _conditions(narrow: DecisionFilter) -> list[ColumnElement[bool]]:
    found = [_seen(narrow)]
    if narrow.organisation_ids is not None:
        found.append(Decision.organisation_id.in_(narrow.organisation_ids))
    if narrow.asked_before is not None:
        found.append(Decision.asked_at < narrow.asked_before)
    named = (
        (Decision.task_id, narrow.task_id),
        (Decision.kind, narrow.kind),
        (Decision.state, narrow.state),
        (Decision.objection, narrow.objection),
    )
    return [*found, *(column == value for column, value in named if value is not None)]


def _seen(narrow: DecisionFilter) -> ColumnElement[bool]:
    if narrow.mandated is not None:
        return is_named(narrow.mandated)
    if narrow.decider is not None:
        return and_(_AWAITED, or_(_decides(narrow.decider), _is_offered(narrow.decider.organisation_id)))
    own = narrow.concerned
    if own is None:
        return and_(Decision.classification == "public", Decision.hidden.is_(False))
    return or_(has_part(own), _is_offered(own))


def _is_offered(own: UUID) -> ColumnElement[bool]:
    """Whether a body is to accept a transfer that was granted."""
    return and_(*AWAITS_ACCEPTANCE, Decision.decided["organisation"].astext == str(own))


def _decides(decider: Decider) -> ColumnElement[bool]:
    """The rule of `require_decider` in SQL, for what is to be decided and is seen by the body."""
    own = decider.organisation_id
    owns, gave = Task.programme_id == among(decider.owned_programme_ids), Task.assigning_organisation_id == own
    never_national = Programme.reach == "own", Programme.was_national.is_(False)
    own_work = Task.programme_id.in_(select(Programme.programme_id).where(*never_national))
    alone = and_(own_work, owns, gave)
    seen = or_(has_part(own), and_(Decision.classification == "public", Decision.hidden.is_(False)))
    above = Task.assigning_organisation_id == among(decider.below)
    asked_by_other = Decision.asked_by_organisation_id != own
    return and_(Decision.state == "asked", seen, or_(and_(asked_by_other, or_(owns, gave, above)), alone))
