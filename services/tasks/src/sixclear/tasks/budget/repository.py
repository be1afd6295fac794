"""Lines of money in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from sixclear.common.counting import count_up_to
from sixclear.tasks.budget.models import Budget, BudgetAmount
from sixclear.tasks.budget.rules import STAGES
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.task.filters import has_part
from sixclear.tasks.task.models import Task


@dataclass(frozen=True, slots=True)
class BudgetFilter:
    """What a list of lines is narrowed to; `on` is the day of which it tells, `own` the body whose lines it has.

    With `known_at` it tells of the day what was known then.
    """

    on: date
    programme: str | None = None
    task_id: UUID | None = None
    organisation_ids: tuple[UUID, ...] | None = None
    level: str | None = None
    year: int | None = None
    source_key: str | None = None
    own: UUID | None = None
    known_at: datetime | None = None


async def find_budget(session: AsyncSession, budget_id: UUID, *, lock: bool = False) -> Budget | None:
    """The line with this identifier; its row locked when it is about to change, its task's was before it."""
    return await session.get(
        Budget, budget_id, with_for_update={"of": Budget} if lock else None, populate_existing=lock
    )


async def find_line(session: AsyncSession, line: Mapping[str, Any]) -> Budget | None:
    """The line of this task or programme, body, year and source."""
    found = select(Budget)
    for name, value in line.items():
        found = found.where(getattr(Budget, name).is_not_distinct_from(value))
    return (await session.scalars(found)).one_or_none()


async def list_budgets(
    session: AsyncSession, narrow: BudgetFilter, *, after: UUID | None, limit: int
) -> Sequence[Budget]:
    """Lines in the order of their identifiers, after the cursor."""
    found = select(Budget).where(*_conditions(narrow)).order_by(Budget.budget_id).limit(limit)
    if after is not None:
        found = found.where(Budget.budget_id > after)
    return (await session.scalars(found)).all()


async def count_budgets(session: AsyncSession, narrow: BudgetFilter) -> int:
    """How many lines the list has, as `count_up_to` says it."""
    return await count_up_to(session, select(Budget.budget_id).where(*_conditions(narrow)))


async def totals(session: AsyncSession, narrow: BudgetFilter) -> dict[str, Any]:
    """Money by stage over the public lines: `lines`, then per stage its sum and how many lines have it.

    For each pair of stages the sums over the lines that have both, and how many those are.
    """
    lines = _by_line(narrow).subquery()
    columns: list[ColumnElement[Any]] = [func.count().label("lines")]
    for stage in STAGES:
        amount = lines.c[stage]
        columns += [func.sum(amount).label(stage), func.count(amount).label(f"{stage}_lines")]
    for whole, part in (("requested", "approved"), ("allocated", "disbursed")):
        both = and_(lines.c[whole].is_not(None), lines.c[part].is_not(None))
        columns += [
            func.sum(lines.c[whole]).filter(both).label(f"{whole}_of_both"),
            func.sum(lines.c[part]).filter(both).label(f"{part}_of_both"),
            func.count().filter(both).label(f"{part}_both"),
        ]
    found = await session.execute(select(*columns).select_from(lines))
    return {str(name): value for name, value in found.mappings().one().items()}


def _by_line(narrow: BudgetFilter) -> Select[*tuple[Any, ...]]:
    """Each public line with the amount of each stage that holds on the day, as `rules.held` says."""
    correction = aliased(BudgetAmount)
    known = [] if narrow.known_at is None else [BudgetAmount.recorded_at <= narrow.known_at]
    known_then = [] if narrow.known_at is None else [correction.recorded_at <= narrow.known_at]
    corrected = select(correction.number).where(
        correction.budget_id == BudgetAmount.budget_id,
        correction.corrects == BudgetAmount.number,
        correction.hidden.is_(False),
        *known_then,
    )
    newest = (
        select(BudgetAmount.budget_id, BudgetAmount.stage, BudgetAmount.amount)
        .ext(distinct_on(BudgetAmount.budget_id, BudgetAmount.stage))
        .where(BudgetAmount.hidden.is_(False), BudgetAmount.dated_on <= narrow.on, *known, ~corrected.exists())
        .order_by(BudgetAmount.budget_id, BudgetAmount.stage, BudgetAmount.dated_on.desc(), BudgetAmount.number.desc())
        .subquery()
    )
    amounts = [func.max(newest.c.amount).filter(newest.c.stage == stage).label(stage) for stage in STAGES]
    return (
        select(Budget.budget_id, *amounts)
        .outerjoin(newest, newest.c.budget_id == Budget.budget_id)
        .where(*_conditions(narrow))
        .group_by(Budget.budget_id)
    )


def _conditions(narrow: BudgetFilter) -> list[ColumnElement[bool]]:
    if narrow.own is None:
        conditions = [Budget.classification == "public", Budget.hidden.is_(False)]
    else:
        its_task = select(Task.task_id).where(Task.task_id == Budget.task_id, has_part(narrow.own))
        of_programme = and_(Budget.task_id.is_(None), Budget.organisation_id == narrow.own)
        conditions = [or_(its_task.exists(), of_programme)]
    equal = {
        Budget.programme: narrow.programme,
        Budget.task_id: narrow.task_id,
        Budget.year: narrow.year,
        Budget.source_key: narrow.source_key,
    }
    conditions += [column == value for column, value in equal.items() if value is not None]
    if narrow.known_at is not None:
        conditions.append(or_(Budget.opened_at.is_(None), Budget.opened_at <= narrow.known_at))
    if narrow.organisation_ids is not None:
        conditions.append(Budget.organisation_id.in_(narrow.organisation_ids))
    if narrow.level is not None:
        at_level = select(Organisation.organisation_id).where(Organisation.level == narrow.level)
        conditions.append(Budget.organisation_id.in_(at_level))
    return conditions
