"""Indicators and targets as the API answers them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.indicator.models import Indicator, IndicatorTarget
from sixclear.tasks.indicator.repository import linked_tasks
from sixclear.tasks.indicator.schemas import IndicatorView, PlausibilityView, SupplyView, TargetsView
from sixclear.tasks.organisation.service import Briefs, briefs, named
from sixclear.tasks.task.access import is_visible
from sixclear.tasks.task.models import state_of

_MADE = {"programme", "plausibility", "supplies", "task_ids"}
_COLUMNS = set(IndicatorView.model_fields) - _MADE
_LIMITS = tuple(PlausibilityView.model_fields)


async def indicator_responses(session: AsyncSession, indicators: Sequence[Indicator]) -> list[IndicatorView]:
    """Indicators with the names of the bodies that they name, and those of their tasks that everyone may read."""
    names = await briefs(session, _bodies(indicators))
    public: dict[UUID, list[UUID]] = {one.indicator_id: [] for one in indicators}
    for indicator_id, task in await linked_tasks(session, public):
        if is_visible(state_of(task), None):
            public[indicator_id].append(task.task_id)
    return [
        IndicatorView(
            programme=one.programme.slug,
            plausibility=PlausibilityView(**{name: getattr(one, name) for name in _LIMITS}),
            supplies=[_supply(supply, names) for supply in one.supplies],
            task_ids=public[one.indicator_id],
            **{name: getattr(one, name) for name in _COLUMNS},
        )
        for one in indicators
    ]


def _bodies(indicators: Sequence[Indicator]) -> set[UUID]:
    keys = ("organisation_id", "supplier_organisation_id")
    return {UUID(supply[key]) for one in indicators for supply in one.supplies for key in keys if supply[key]}


def _supply(supply: dict[str, Any], names: Briefs) -> SupplyView:
    body, supplier = (
        named(names, supply[key] and UUID(supply[key])) for key in ("organisation_id", "supplier_organisation_id")
    )
    return SupplyView(level=supply["level"], organisation=body, supplier=supplier)


async def targets_responses(session: AsyncSession, targets: Sequence[IndicatorTarget]) -> list[TargetsView]:
    """Targets with the names of their bodies."""
    names = await briefs(session, (one.organisation_id for one in targets))
    return [
        TargetsView(
            organisation=names[one.organisation_id],
            number=one.number,
            set_at=one.set_at,
            reason=one.reason,
            **one.content,
        )
        for one in targets
    ]
