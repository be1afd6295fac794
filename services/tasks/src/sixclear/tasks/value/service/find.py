"""Values as they are read: the forms of a body, and where a figure comes from."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sixclear.common.spans import Span, span_of
from sixclear.common.use_case import Context
from sixclear.tasks.indicator.service import get_indicator, indicators_by_id
from sixclear.tasks.organisation.service import briefs, meant
from sixclear.tasks.value import repository as rows
from sixclear.tasks.value.errors import SeriesRefused, ValueNotFound
from sixclear.tasks.value.models import Value, ValueStatement
from sixclear.tasks.value.repository import HeldFilter
from sixclear.tasks.value.responses import value_responses
from sixclear.tasks.value.schemas import FormLine

_MOST_STATEMENTS = 200
Place = tuple[str, UUID]


async def history(ctx: Context, value_id: UUID) -> tuple[Value, Sequence[ValueStatement]]:
    """A slot with each statement that was approved, the newest first; raises ValueNotFound where none was."""
    value = await rows.find_value(ctx.session, value_id)
    decided = [] if value is None else await rows.list_decided(ctx.session, value_id, _MOST_STATEMENTS)
    if value is None or not decided:
        raise ValueNotFound
    return value, decided


async def held(
    ctx: Context,
    narrow: HeldFilter,
    indicator: str | None,
    organisation: str | None,
    *,
    after: tuple[UUID, UUID, str] | None,
    limit: int,
) -> Sequence[tuple[Value, ValueStatement]]:
    """Slots with the statements that hold, after the cursor; raises IndicatorNotFound and ReferenceUnknown."""
    if indicator is not None:
        narrow = replace(narrow, indicator_id=(await get_indicator(ctx, indicator)).indicator_id)
    if organisation is not None:
        narrow = replace(narrow, organisation_id=await meant(ctx.session, "organisation", organisation))
    return await rows.list_held(ctx.session, narrow, after=after, limit=limit)


def span_named(parameter: str, key: str) -> Span:
    """The period that a parameter names; raises SeriesRefused."""
    span = span_of(key)
    if span is None:
        detail = "This is no key of a period, such as 2026-Q4."
        raise SeriesRefused(detail, errors=[parameter_error(parameter, "period-unknown", detail)])
    return span


def parameter_error(parameter: str, code: str, detail: str) -> dict[str, str]:
    """An entry of `errors` for a parameter of the address."""
    return {"parameter": parameter, "in": "query", "code": code, "detail": detail}


async def form(
    ctx: Context, period: str, programme: str | None = None, *, after: Place | None, limit: int
) -> list[tuple[FormLine, Place]]:
    """What the caller's body supplies for a period, its own values and those of others, with what was typed so far."""
    own, span = ctx.caller.own_organisation(), span_named("period", period)
    found = await rows.list_form(ctx.session, own, span.unit, programme, after=after, limit=limit)
    keys = [(row.indicator_id, row.organisation_id) for row in found]
    indicators = await indicators_by_id(ctx, {indicator_id for indicator_id, _ in keys})
    slots = await rows.values_of_form(ctx.session, keys, span.key)
    values = list(slots.values())
    statements = await rows.statements_of(ctx.session, values)
    views = {one.value_id: one for one in await value_responses(ctx.session, values, statements)}
    names = await briefs(ctx.session, (organisation_id for _, organisation_id in keys))
    lines = []
    for key in keys:
        indicator, slot = indicators[key[0]], slots.get(key)
        line = FormLine(
            organisation=names[key[1]],
            indicator=indicator.code,
            period=span.key,
            value=None if slot is None else views[slot.value_id],
            **{name: getattr(indicator, name) for name in _OF_INDICATOR},
        )
        lines.append((line, (indicator.code, key[1])))
    return lines


_OF_INDICATOR = ("name_vi", "name_en", "unit", "value_type", "decimals")
