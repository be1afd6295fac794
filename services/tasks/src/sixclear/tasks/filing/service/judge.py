"""What the owner of a programme decides on a filing: that a body need not file it, or that it is taken again."""

from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect, FactInFuture
from sixclear.tasks.filing import lifecycle
from sixclear.tasks.filing import repository as rows
from sixclear.tasks.filing.models import Filing, filing_state
from sixclear.tasks.filing.recording import FILING
from sixclear.tasks.filing.schemas import Exemption, FilingReason
from sixclear.tasks.filing.service.find import locked


async def exempt(ctx: Context, filing_id: UUID, entry: Exemption, expect: Expect) -> Filing:
    """Let a body not file, by a dated decision with a reason; it is expected no more.

    The same decision again changes nothing. Raises FilingNotFound, OrganisationNotAllowed, FactInFuture for a day that
    is still to come, and TransitionNotAllowed once it is filed.
    """
    filing = await _of_owner(ctx, filing_id, expect)
    today = civil_date(ctx.now)
    decided_on = entry.decided_on or today
    if decided_on > today:
        raise FactInFuture(
            "decided_on is later than today.",
            errors=[{"pointer": "#/decided_on", "code": "in-future", "detail": "State a day up to today."}],
        )
    reason = entry.reason if entry.document is None else f"{entry.document}: {entry.reason}"
    if filing.state == "exempted" and filing.reason == reason and entry.decided_on in (None, filing.exempted_on):
        return filing
    return await _decide(ctx, filing, lifecycle.exempt(filing_state(filing), decided_on), reason)


async def reopen(ctx: Context, filing_id: UUID, entry: FilingReason, expect: Expect) -> Filing:
    """Take a filing again that was locked, filed or exempted, with the reason.

    Raises FilingNotFound, OrganisationNotAllowed and TransitionNotAllowed.
    """
    filing = await _of_owner(ctx, filing_id, expect)
    return await _decide(ctx, filing, lifecycle.reopen(filing_state(filing), ctx.now), entry.reason)


async def _of_owner(ctx: Context, filing_id: UUID, expect: Expect) -> Filing:
    filing = await locked(ctx, filing_id, expect)
    programme = await rows.programme_of(ctx.session, filing.programme_id)
    ctx.require_organisation({programme.owner_organisation_id}, "decide on filings of another organisation's programme")
    return filing


async def _decide(ctx: Context, filing: Filing, change: Change, reason: str) -> Filing:
    told = Change(change.name, {**change.fields, "reason": reason})
    await record(ctx, filing, told, ctx.fact_time(None, filing.occurred_at), FILING, reason=reason)
    return filing
