"""Finding filings: one, one to be changed, and lists."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.filing import repository as rows
from sixclear.tasks.filing.errors import FilingNotFound
from sixclear.tasks.filing.models import Filing
from sixclear.tasks.filing.repository import FilingFilter, Place
from sixclear.tasks.organisation import service as organisations


async def get_filing(ctx: Context, filing_id: UUID) -> Filing:
    """The filing of this identifier; raises FilingNotFound."""
    return _found(await rows.find_filing(ctx.session, filing_id))


async def locked(ctx: Context, filing_id: UUID, expect: Expect) -> Filing:
    """The filing, its row locked until the transaction ends. Raises FilingNotFound, then what `expect` raises."""
    filing = _found(await rows.find_filing(ctx.session, filing_id, lock=True))
    expect(filing)
    return filing


def _found(filing: Filing | None) -> Filing:
    if filing is None:
        raise FilingNotFound
    return filing


async def list_filings(
    ctx: Context, narrow: FilingFilter, organisation: str | None, after: Place | None, limit: int
) -> Sequence[Filing]:
    """Filings, those of the newest periods first; with an organisation those of it and of the bodies below it.

    Raises ReferenceUnknown for one that is not known.
    """
    if organisation is not None:
        meant = await organisations.meant(ctx.session, "organisation", organisation)
        narrow = replace(narrow, organisation_ids=tuple(await organisations.list_subtree(ctx.session, meant)))
    return await rows.list_filings(ctx.session, narrow, ctx.now, after=after, limit=limit)
