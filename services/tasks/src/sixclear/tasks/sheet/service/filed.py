"""Sending the sheet is the filing of its period."""

from collections.abc import Collection
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.filing.errors import FilingClosed, FilingNotOwed
from sixclear.tasks.filing.service.file import file_period
from sixclear.tasks.sheet import repository as rows
from sixclear.tasks.sheet.schemas import Filed
from sixclear.tasks.sheet.workbook import Sent


async def file(ctx: Context, sent: Sent, unmoved: Collection[UUID]) -> list[Filed]:
    """File the period for the caller's body where a programme asks for it; what was filed so before stays.

    Of the tasks in `unmoved` it says that nothing has changed; of which it was said before, it stays said. The answers
    of a sheet are taken also where none is asked for, or it is closed.
    """
    own = ctx.caller.own_organisation()
    said = await rows.list_unmoved(ctx.session, own, sent.period) | set(unmoved)
    excepted = await rows.list_worked_on(ctx.session, own) - said if said else None
    try:
        filings, _ = await file_period(ctx, own, sent.period, sent.programme, excepted)
    except (FilingNotOwed, FilingClosed):
        return []
    return [
        Filed(filing_id=one.filing_id, programme=one.programme, period=one.period, filed_at=one.filed_at)
        for one in filings
    ]
