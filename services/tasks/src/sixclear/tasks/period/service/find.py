"""Finding the periods of a task that the caller may see."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.evidence.service import counts_of_periods
from sixclear.tasks.organisation.service import briefs, named
from sixclear.tasks.period import repository as rows
from sixclear.tasks.period.errors import PeriodNotFound
from sixclear.tasks.period.models import Period
from sixclear.tasks.period.responses import OnPeriods, period_response, period_to_confirm, versions_of
from sixclear.tasks.period.schemas import PeriodToConfirm, RecurringPeriodView
from sixclear.tasks.programme.service import ids_owned_by
from sixclear.tasks.task.access import read_whole, reads_whole
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.find import get_task


async def list_periods(ctx: Context, task_id: UUID, before: rows.Place | None, limit: int) -> list[RecurringPeriodView]:
    """A task's periods, the newest first; raises TaskNotFound."""
    task = await get_task(ctx, task_id)
    return await shown(ctx, task, await rows.list_periods(ctx.session, task_id, before, limit))


async def list_to_confirm(ctx: Context, after: tuple[datetime, UUID] | None, limit: int) -> list[PeriodToConfirm]:
    """Periods that wait for the confirmation of the caller's organisation, reported the longest ago first."""
    own = ctx.caller.own_organisation()
    confirming = rows.Confirming(own, await ids_owned_by(ctx.session, own))
    found = await rows.list_to_confirm(ctx.session, confirming, after, limit)
    whole = await read_whole(ctx.session, ctx.caller, [task for _, task in found])
    names = await briefs(ctx.session, [task.lead_organisation_id for _, task in found])
    return [
        period_to_confirm(period, task, named(names, task.lead_organisation_id), everything=task.task_id in whole)
        for period, task in found
    ]


async def get_period(ctx: Context, task_id: UUID, key: str) -> tuple[Task, Period]:
    """A task and its period of this name; raises TaskNotFound and PeriodNotFound."""
    task = await get_task(ctx, task_id)
    return task, found(await rows.find_period(ctx.session, task_id, key))


def found(period: Period | None) -> Period:
    """The period, if there is one; raises PeriodNotFound."""
    if period is None:
        raise PeriodNotFound
    return period


async def shown(ctx: Context, task: Task, periods: Sequence[Period]) -> list[RecurringPeriodView]:
    """Periods of a task as the caller may read them now."""
    everything = await reads_whole(ctx.session, ctx.caller, task)
    said = OnPeriods(
        await rows.texts_of(ctx.session, task.task_id, versions_of(periods)),
        await counts_of_periods(ctx, task, {period.key for period in periods}, everything=everything),
    )
    terms = task.programme.terms
    return [period_response(period, said, terms, ctx.now, everything=everything) for period in periods]
