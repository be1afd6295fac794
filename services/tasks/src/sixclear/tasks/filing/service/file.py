"""Filing: what a body says of all its tasks for a period, with one request and one event for each programme."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.recording import record
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.tasks.filing import lifecycle
from sixclear.tasks.filing import repository as rows
from sixclear.tasks.filing.errors import FilingClosed, FilingNotOwed
from sixclear.tasks.filing.lifecycle import Said
from sixclear.tasks.filing.models import Filing, filing_state
from sixclear.tasks.filing.recording import FILING
from sixclear.tasks.filing.schemas import FilingEntry
from sixclear.tasks.filing.service.passing import list_owing, open_filings
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.obligation import Obligation, Span, obligations_of
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service import still

PassOn = Callable[[Context, UUID, str], Awaitable[object]]
_passing_on: tuple[PassOn, ...] = ()


def pass_on_to(*receivers: PassOn) -> None:
    """Name what is told of each filing, in its transaction; the application does it once, when it is wired."""
    global _passing_on
    _passing_on = receivers


async def file_own(ctx: Context, entry: FilingEntry) -> tuple[Sequence[Filing], bool]:
    """File for the caller's organisation what it owes for a period; whether that was new.

    Raises ReferenceUnknown for an exception that is no task which it leads, FilingNotOwed and FilingClosed.
    """
    own = ctx.caller.own_organisation()
    led = set(await rows.led_among(ctx.session, own, entry.no_change_except))
    unknown = [place for place, task_id in enumerate(entry.no_change_except) if task_id not in led]
    if unknown:
        raise ReferenceUnknown(
            "A task is named that your organisation does not lead.",
            errors=[
                {
                    "pointer": f"#/no_change_except/{place}",
                    "code": "task-unknown",
                    "detail": "Your organisation leads no task of this identifier.",
                }
                for place in unknown
            ],
        )
    return await file_period(ctx, own, entry.period, entry.programme, entry.no_change_except)


async def file_period(
    ctx: Context,
    organisation_id: UUID,
    period: str,
    programme: str | None = None,
    no_change_except: Collection[UUID] | None = None,
) -> tuple[Sequence[Filing], bool]:
    """File what a body owes for a period such as `2026-W48`, to one programme or (None) to each that asks for it.

    Of each task that the body leads and works on it says "no change", but for those of `no_change_except` and those
    that were reported on since the period began; with None it says so of none. Call it after the reports of the same
    transaction were written. A task of which it was said in four filings in a row is without movement, and says so by
    an event of its own. The same again writes nothing (False). What is exempted or locked is passed over.

    Returns what the body owes for the period. Raises FilingNotOwed where that is nothing, FilingClosed where all of it
    is closed and was not filed. It flushes and does not commit.
    """
    await _open_now(ctx, organisation_id, period, programme)
    owed = await rows.owed(ctx.session, organisation_id, period, programme)
    if not owed:
        raise FilingNotOwed
    # Before the filings, as a sheet does that reports and then files.
    tasks = await still.lock_public(ctx, await _said_before(ctx, owed))
    filings = await rows.lock_filings(ctx.session, owed)
    changes = [await _change(ctx, one, no_change_except) for one in filings]
    closed = [one is not None and not takes for one, takes in changes]
    if all(closed):
        raise FilingClosed
    new = [(one, change) for one, (change, takes) in zip(filings, changes, strict=True) if takes and change is not None]
    for filing, change in new:
        await record(ctx, filing, change, ctx.fact_time(None, filing.occurred_at), FILING)
    if new:
        for told in _passing_on:
            await told(ctx, organisation_id, period)
    await _mark(ctx, [one for one, _ in new], tasks)
    return filings, bool(new)


async def _said_before(ctx: Context, owed: Collection[UUID]) -> set[UUID]:
    """The tasks of which the body said "no change" often enough, but for this filing."""
    found: set[UUID] = set()
    for filing in await rows.list_filings_of(ctx.session, owed):
        said = await rows.list_latest_filed(ctx.session, filing, lifecycle.IN_A_ROW)
        others = [one.no_change_ids for one in said if one.filing_id != filing.filing_id]
        found |= lifecycle.without_change(others, most=lifecycle.IN_A_ROW - 1)
    return found


async def _mark(ctx: Context, filings: Sequence[Filing], tasks: Sequence[Task]) -> None:
    """Note which of these locked tasks are without movement by what was filed now."""
    found: set[UUID] = set()
    for filing in filings:
        said = await rows.list_latest_filed(ctx.session, filing, lifecycle.IN_A_ROW)
        found |= lifecycle.without_change([one.no_change_ids for one in said])
    await still.stand_still(ctx, [one for one in tasks if one.task_id in found])


async def _open_now(ctx: Context, organisation_id: UUID, period: str, programme: str | None) -> None:
    """Open what a body owes for the span of now, where time has not yet: it got its first task today."""
    today = civil_date(ctx.now)
    for asking in await rows.asked_programmes(ctx.session, programme):
        for one in obligations_of(asking.obligations):
            span = one.span(today)
            if span.key != period or not one.holds_in(span):
                continue
            if await list_owing(ctx, asking, one, span, most=1, only=organisation_id):
                await _open_one(ctx, asking, one, span, organisation_id)


async def _open_one(ctx: Context, asking: Programme, one: Obligation, span: Span, organisation_id: UUID) -> None:
    course = await rows.lock_course(ctx.session, asking.programme_id, one.name)
    if course is None or course.first > span.first:
        return
    owing = await list_owing(ctx, asking, one, span, most=1, only=organisation_id)
    await open_filings(ctx, asking, one, span, owing)


async def _change(
    ctx: Context, filing: Filing, no_change_except: Collection[UUID] | None
) -> tuple[Change | None, bool]:
    """What filing makes of it, None where it was filed so before; and whether it is taken."""
    state = filing_state(filing)
    return lifecycle.file(state, await _said(ctx, filing, no_change_except), ctx.now), lifecycle.takes_filing(
        state, ctx.now
    )


async def _said(ctx: Context, filing: Filing, no_change_except: Collection[UUID] | None) -> Said:
    tasks = await rows.list_owed_for(ctx.session, filing)
    excepted = None if no_change_except is None else set(no_change_except)
    same = [
        one
        for one in tasks
        if excepted is not None
        and one.worked_on
        and one.task_id not in excepted
        and (one.last_report_at is None or one.last_report_at < filing.starts_at)
    ]
    public = sum(one.public for one in same)
    return Said([one.task_id for one in same], public, empty=not any(one.public for one in tasks))
