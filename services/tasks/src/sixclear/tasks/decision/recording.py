"""The public state of a decision. It is published as its task is, unless it was said while that was restricted."""

from typing import Any

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.decision.events import DecisionData, DecisionValueData, DecisionWithdrawn
from sixclear.tasks.decision.models import Decision, value_of
from sixclear.tasks.task.lifecycle import is_published

_VALUES = ("former", "proposed", "decided")


async def decision_data(_ctx: Context, decision: Decision, change: str) -> DecisionData | DecisionWithdrawn:
    """The public state of a decision after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return DecisionWithdrawn(change=change, decision_id=decision.decision_id, task_id=decision.task_id)
    own = {name: getattr(decision, name) for name in DecisionData.model_fields if name not in ("change", *_VALUES)}
    values = {name: _value(getattr(decision, name)) for name in _VALUES}
    return DecisionData(change=change, **own, **values)


def _value(column: dict[str, Any] | None) -> DecisionValueData | None:
    if column is None:
        return None
    value = value_of(column)
    return DecisionValueData(
        deadline=value.deadline,
        organisation_id=value.organisation,
        work_group=value.work_group,
        replaced_by=None if value.replaced_by is None else list(value.replaced_by),
    )


DECISION = EntityKind[Decision](
    "decision",
    lambda decision: decision.decision_id,
    decision_data,
    lambda decision, change: not decision.hidden and is_published(decision.classification, change),
)
