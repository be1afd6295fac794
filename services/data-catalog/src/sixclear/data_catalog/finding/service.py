"""Findings: listed, counted, excused."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from sixclear.common.use_case import Context
from sixclear.data_catalog.element import service as elements
from sixclear.data_catalog.entry.access import reader_of
from sixclear.data_catalog.field import service as fields
from sixclear.data_catalog.finding import repository
from sixclear.data_catalog.finding.access import require_other_body
from sixclear.data_catalog.finding.errors import ExcuseEndsInPast, ExcuseTooLong, FindingNotFound, FindingsNeedNarrowing
from sixclear.data_catalog.finding.models import FindingExcuse
from sixclear.data_catalog.finding.repository import FindingCount, FindingFilter
from sixclear.data_catalog.finding.responses import MOST_OTHERS, Named
from sixclear.data_catalog.finding.schemas import ExcuseStep
from sixclear.data_catalog.organisation import service as organisations

# Above that many fields all findings at once would take longer than a reader waits.
MOST_FIELDS = 100_000
MOST_EXCUSED = timedelta(days=730)


async def list_findings(
    ctx: Context, narrow: FindingFilter, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Any]:
    """Findings that the caller may know of, the newest first; raises FindingsNeedNarrowing."""
    of_all = (narrow.element_id, narrow.entry_id, narrow.owner) == (None, None, None)
    if of_all and await repository.has_more_fields_than(ctx.session, MOST_FIELDS):
        raise FindingsNeedNarrowing("Name an element, an entry or an owner.")
    reader = await reader_of(ctx)
    return await repository.list_findings(ctx.session, reader, narrow, now=ctx.now, after=after, limit=limit)


async def count(ctx: Context, narrow: FindingFilter) -> int:
    """How many findings the caller's list has, as `count_up_to` says it."""
    return await repository.count_findings(ctx.session, await reader_of(ctx), narrow, ctx.now)


async def figures(ctx: Context) -> Mapping[str | None, FindingCount]:
    """By kind, how many findings the caller may know of; below None, of how many elements nothing can be said."""
    return await repository.figures(ctx.session, await reader_of(ctx), ctx.now)


async def get_finding(ctx: Context, finding_id: UUID, of: Collection[UUID] | None = None) -> Any:
    """A finding that stands now, of these elements where they are known; raises FindingNotFound."""
    found = await repository.find_finding(ctx.session, await reader_of(ctx), finding_id, ctx.now, of)
    if found is None:
        raise FindingNotFound("List the findings.")
    return found


async def excuse(ctx: Context, finding_id: UUID, step: ExcuseStep) -> Any:
    """Excuse a finding for a time, by law; another excuse takes the place of the one before.

    Raises FindingNotFound, ExcuseByOwner, ExcuseEndsInPast, ExcuseTooLong.
    """
    found = await get_finding(ctx, finding_id)
    own = require_other_body(ctx, found.owner_organisation_id)
    if step.expires_at <= ctx.now:
        error = {"pointer": "#/expires_at", "code": "in-past", "detail": "State a time in the future."}
        raise ExcuseEndsInPast(errors=[error])
    if step.expires_at > ctx.now + MOST_EXCUSED:
        error = {"pointer": "#/expires_at", "code": "too-late", "detail": "State a time at most 730 days ahead."}
        raise ExcuseTooLong(errors=[error])
    row = await repository.find_excuse(ctx.session, finding_id) or FindingExcuse(finding_id=finding_id)
    row.legal_basis, row.expires_at = step.legal_basis.model_dump(mode="json"), step.expires_at
    row.excused_at, row.excused_by_organisation_id = ctx.now, own
    ctx.session.add(row)
    await ctx.session.flush()
    return await get_finding(ctx, finding_id, [found.element_id])


async def named(ctx: Context, rows: Sequence[Any]) -> Named:
    """What these findings name, with three statements for all of them."""
    ids = {one for row in rows for one in (row.field_id, *row.others[:MOST_OTHERS]) if one is not None}
    bodies = {one for row in rows for one in (row.owner_organisation_id, row.excused_by_organisation_id)}
    return Named(
        fields=await repository.fields_named(ctx.session, ids),
        elements=await repository.elements_named(ctx.session, {row.element_id for row in rows}),
        organisations=await organisations.briefs(ctx, bodies),
    )


async def still_readable(ctx: Context, answer: bytes) -> bytes:
    """What the caller may read now of an answer that was kept for it, of whatever is kept in this service."""
    told: Any = orjson.loads(answer) if answer else None
    if isinstance(told, dict) and "finding_id" in told:
        element = (await elements.known(ctx, [told["element"]])).values()
        await get_finding(ctx, UUID(told["finding_id"]), [one.element_id for one in element])
        return answer
    return await fields.still_readable(ctx, answer)
