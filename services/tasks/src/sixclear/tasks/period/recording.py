"""The public state of a period. It is published as its task is."""

from operator import attrgetter

from sixclear.common.events.log import NewEvent
from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.period.events import PeriodData, PeriodWithdrawn
from sixclear.tasks.period.lifecycle import PeriodRecord, Step
from sixclear.tasks.period.models import Period
from sixclear.tasks.task.lifecycle import is_published

_OWN = [name for name in PeriodData.model_fields if name not in {"change", "percent"}]
_read = attrgetter(*_OWN)


def _data(period: Period | PeriodRecord, change: str) -> PeriodData:
    """What everyone reads of a period: no percentage that was told while its task was restricted."""
    percent = period.percent if period.public_percent is None else period.public_percent
    own = dict(zip(_OWN, _read(period), strict=True))
    return PeriodData(change=change, percent=percent if period.reported_in_public else None, **own)


async def period_data(_ctx: Context, period: Period, change: str) -> PeriodData | PeriodWithdrawn:
    """The public state of a period after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return PeriodWithdrawn(change=change, period_id=period.period_id, task_id=period.task_id)
    return _data(period, change)


def event_of(ctx: Context, step: Step, reason: str | None = None) -> NewEvent:
    """The event of a step."""
    after = step.after
    return NewEvent(
        entity_type="period",
        entity_id=after.period_id,
        version=after.version,
        previous_version=step.previous,
        change=step.change,
        data=_data(after, step.change).model_dump(mode="json"),
        occurred_at=step.occurred_at,
        meta=ctx.meta(reason),
        published=is_published(after.classification, step.change),
    )


PERIOD = EntityKind[Period](
    "period",
    lambda period: period.period_id,
    period_data,
    lambda period, change: is_published(period.classification, change),
)
