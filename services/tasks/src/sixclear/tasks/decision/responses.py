"""Decisions as the API answers them."""

from collections.abc import Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.decision.models import Decision
from sixclear.tasks.decision.schemas import DecisionView
from sixclear.tasks.organisation.service import Briefs, briefs, named

_COLUMNS = set(DecisionView.model_fields) - {"organisation", "asked_by", "decided_by", "awaited"}


async def decision_responses(ctx: Context, decisions: Sequence[Decision]) -> list[DecisionView]:
    """Decisions at the instant of the request, with the names of the bodies."""
    bodies = [body for one in decisions for body in _bodies(one)]
    names = await briefs(ctx.session, bodies)
    return [_response(ctx, one, names) for one in decisions]


def _bodies(decision: Decision) -> tuple[UUID | None, ...]:
    return decision.organisation_id, decision.asked_by_organisation_id, decision.decided_by_organisation_id


def is_awaited(ctx: Context, decision: Decision) -> bool:
    """Whether it should have been decided by now."""
    return decision.state == "asked" and decision.decide_by < ctx.now


def _response(ctx: Context, decision: Decision, names: Briefs) -> DecisionView:
    own = {name: getattr(decision, name) for name in _COLUMNS}
    return DecisionView(
        organisation=named(names, decision.organisation_id),
        asked_by=named(names, decision.asked_by_organisation_id),
        decided_by=named(names, decision.decided_by_organisation_id),
        awaited=is_awaited(ctx, decision),
        **own,
    )
