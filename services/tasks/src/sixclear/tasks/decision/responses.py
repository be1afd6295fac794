"""Decisions as the API answers them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.decision.models import Decision, DecisionOverMany, DecisionPart, value_of
from sixclear.tasks.decision.schemas import (
    DecisionOverManyView,
    DecisionPartView,
    DecisionValue,
    DecisionView,
)
from sixclear.tasks.organisation.service import Briefs, briefs, named

_VALUES = ("former", "proposed", "decided")
_COLUMNS = set(DecisionView.model_fields) - {"organisation", "asked_by", "decided_by", "awaited", *_VALUES}


async def decision_responses(ctx: Context, decisions: Sequence[Decision]) -> list[DecisionView]:
    """Decisions at the instant of the request, with the names of the bodies."""
    bodies = [body for one in decisions for body in _bodies(one)]
    names = await briefs(ctx.session, bodies)
    return [_response(ctx, one, names) for one in decisions]


async def whole_response(
    ctx: Context,
    whole: DecisionOverMany,
    parts: Sequence[DecisionPart],
    counted: Mapping[str, int],
    following: str | None,
) -> DecisionOverManyView:
    """A decision over many tasks with what became of it at these of them, and at how many; `following` is a cursor."""
    values = [value_of(column).organisation for column in (whole.proposed, whole.decided) if column is not None]
    names = await briefs(ctx.session, [whole.asked_by_organisation_id, whole.decided_by_organisation_id, *values])
    tasks = [_part_response(one) for one in parts]
    return DecisionOverManyView(
        decision_id=whole.decision_id,
        kind=whole.kind,
        state=whole.state,
        reason=whole.entry["reason"],
        document=whole.entry.get("document"),
        proposed=_value(whole.proposed, names),
        decided=_value(whole.decided, names),
        asked_by=named(names, whole.asked_by_organisation_id),
        asked_at=whole.asked_at,
        decided_by=named(names, whole.decided_by_organisation_id),
        decided_at=whole.decided_at,
        decision_reason=None if whole.answer is None else whole.answer.get("reason"),
        waiting=counted.get("waiting", 0),
        done=counted.get("done", 0),
        rejected=counted.get("rejected", 0),
        listing=whole.listed_to is not None,
        tasks=tasks,
        next=following,
        version=whole.version,
    )


def _part_response(part: DecisionPart) -> DecisionPartView:
    outcome = "waiting" if part.waits or part.moves else "done" if part.problem is None else "rejected"
    return DecisionPartView(task_id=part.task_id, outcome=outcome, decision_id=part.decision_id, problem=part.problem)


def _bodies(decision: Decision) -> tuple[UUID | None, ...]:
    named_in = (getattr(decision, name) for name in _VALUES)
    values = (value_of(column).organisation for column in named_in if column is not None)
    answerable, asked_by = decision.organisation_id, decision.asked_by_organisation_id
    return answerable, asked_by, decision.decided_by_organisation_id, *values


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
        **{name: _value(getattr(decision, name), names) for name in _VALUES},
        **own,
    )


def _value(column: dict[str, Any] | None, names: Briefs) -> DecisionValue | None:
    if column is None:
        return None
    value = value_of(column)
    organisation = named(names, value.organisation)
    return DecisionValue(
        deadline=value.deadline,
        organisation=organisation,
        work_group=value.work_group,
        replaced_by=None if value.replaced_by is None else list(value.replaced_by),
    )
