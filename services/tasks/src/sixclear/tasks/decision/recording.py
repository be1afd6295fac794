"""The public state of a decision. It is published as its task is."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.decision.events import DecisionData, DecisionWithdrawn
from sixclear.tasks.decision.models import Decision
from sixclear.tasks.task.lifecycle import is_published


async def decision_data(_ctx: Context, decision: Decision, change: str) -> DecisionData | DecisionWithdrawn:
    """The public state of a decision after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return DecisionWithdrawn(change=change, decision_id=decision.decision_id, task_id=decision.task_id)
    own = {name: getattr(decision, name) for name in DecisionData.model_fields if name != "change"}
    return DecisionData(change=change, **own)


DECISION = EntityKind[Decision](
    "decision",
    lambda decision: decision.decision_id,
    decision_data,
    lambda decision, change: is_published(decision.classification, change),
)
