"""Values as the API answers them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.targets import Measure, rounded
from sixclear.tasks.organisation.service import Briefs, briefs, named
from sixclear.tasks.value.models import Value, ValueStatement, measure_of
from sixclear.tasks.value.schemas import (
    ApprovalDocument,
    HeldValue,
    Provenance,
    StatementView,
    ValueHistory,
    ValueView,
)

Statements = Mapping[tuple[UUID, int], ValueStatement]
_OF_SLOT = ("value_id", "indicator", "period", "status", "statement", "version")
_SAID = ("definition", "number", "numerator", "denominator", "bound", "note", "evidence", "breaches", "reason")


def shown_figure(measure: Measure) -> Decimal | None:
    """The number as it was given; a ratio in percent with two decimals."""
    figure = measure.figure
    return figure if figure is None or measure.denominator is None else rounded(figure)


async def value_responses(session: AsyncSession, values: Sequence[Value], statements: Statements) -> list[ValueView]:
    """Slots with their newest statements, and the names of the bodies."""
    newest = [statements[one.value_id, one.statement] for one in values]
    names = await briefs(session, _bodies(values, newest))
    return [_value(one, row, names) for one, row in zip(values, newest, strict=True)]


def _bodies(values: Sequence[Value], statements: Sequence[ValueStatement]) -> set[UUID | None]:
    found: set[UUID | None] = {one.organisation_id for one in values}
    for row in statements:
        found |= {row.supplied_by_organisation_id, row.decided_by_organisation_id}
    return found


def _said(row: ValueStatement) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _SAID},
        "figure": shown_figure(measure_of(row)),
        "provenance": Provenance(**row.provenance),
        "document": row.document and ApprovalDocument(**row.document),
    }


def _value(value: Value, row: ValueStatement, names: Briefs) -> ValueView:
    return ValueView(
        organisation=names[value.organisation_id],
        supplied_by=names[row.supplied_by_organisation_id],
        return_reason=row.return_reason,
        decided_at=row.decided_at,
        **{name: getattr(value, name) for name in _OF_SLOT},
        **_said(row),
    )


async def held_responses(session: AsyncSession, held: Sequence[tuple[Value, ValueStatement]]) -> list[HeldValue]:
    """Slots with the statements that hold, and the names of the bodies."""
    names = await briefs(session, _bodies([value for value, _ in held], [row for _, row in held]))
    return [_held(value, row, names) for value, row in held]


def _held(value: Value, row: ValueStatement, names: Briefs) -> HeldValue:
    assert row.occurred_at is not None, "what was approved is true from an instant"
    assert row.decided_at is not None, "what was approved is known from an instant"
    return HeldValue(
        value_id=value.value_id,
        indicator=value.indicator,
        organisation=names[value.organisation_id],
        period=value.period,
        statement=row.statement,
        supplied_by=names[row.supplied_by_organisation_id],
        true_from=row.occurred_at,
        known_from=row.decided_at,
        version=value.version,
        **_said(row),
    )


async def history_response(session: AsyncSession, value: Value, decided: Sequence[ValueStatement]) -> ValueHistory:
    """A slot with what was approved in it, the newest first."""
    names = await briefs(session, _bodies([value], decided))
    return ValueHistory(
        value_id=value.value_id,
        indicator=value.indicator,
        organisation=names[value.organisation_id],
        period=value.period,
        statements=[_statement(row, names) for row in decided],
    )


def _statement(row: ValueStatement, names: Briefs) -> StatementView:
    assert row.occurred_at is not None, "what was decided is true from an instant"
    assert row.decided_at is not None, "what was decided is known from an instant"
    return StatementView(
        statement=row.statement,
        status=row.status,
        supplied_by=names[row.supplied_by_organisation_id],
        approved_by=named(names, row.decided_by_organisation_id),
        true_from=row.occurred_at,
        known_from=row.decided_at,
        **_said(row),
    )
