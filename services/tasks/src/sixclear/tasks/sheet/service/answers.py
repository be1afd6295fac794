"""What becomes of an answer that is no report: to a milestone, an urge, refused evidence, a request to decide on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sixclear.common.caller import InsufficientScope
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.entity import HasVersion
from sixclear.common.use_case import Context
from sixclear.tasks.decision.schemas import DecisionAnswer
from sixclear.tasks.decision.service import decide
from sixclear.tasks.decision.service.find import get_decision
from sixclear.tasks.evidence.service import get_evidence
from sixclear.tasks.milestone import service as milestones
from sixclear.tasks.milestone.schemas import MilestoneCompletion
from sixclear.tasks.reporting.schemas import EvidenceEntry
from sixclear.tasks.reporting.service.hand_in import add_evidence
from sixclear.tasks.sheet import repository as rows
from sixclear.tasks.sheet.schemas import DecisionRow, EvidenceRow, Kind, LinkAnswer, MilestoneRow, Outcome, UrgeRow
from sixclear.tasks.task.models import Evidence
from sixclear.tasks.urge.schemas import UrgeAnswer
from sixclear.tasks.urge.service import say
from sixclear.tasks.urge.service.find import get_urge

KINDS: Sequence[Kind] = ("milestones", "urges", "evidence", "decisions")


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer came to; of a conflict each member with what came and what stands there."""

    outcome: Outcome
    conflicts: Sequence[tuple[str, Any, Any]] = ()


def _any_version(_: HasVersion | None) -> None:
    """What stands there is compared by what it says, and not by its version."""


async def reach(ctx: Context, row: MilestoneRow) -> Answered:
    """Say by a link that a milestone is reached."""
    assert row.answer is not None
    milestone, task = await milestones.get_milestone(ctx, row.milestone_id)
    if milestone.evidence_id is not None:
        said = await rows.find_evidence(ctx.session, milestone.evidence_id)
        return _compared(row.answer, said)
    attached = await _attach(ctx, task.task_id, row.answer, None)
    await milestones.complete(ctx, row.milestone_id, MilestoneCompletion(evidence_id=attached), _any_version)
    return Answered("taken")


async def answer_urge(ctx: Context, row: UrgeRow) -> Answered:
    """Answer what was said to the body."""
    assert row.answer is not None
    urge, whole = await get_urge(ctx, row.urge_id)
    if urge.answer is not None and whole:
        same = urge.answer == row.answer.text
        return Answered("unchanged") if same else Answered("conflict", [("text", row.answer.text, urge.answer)])
    await say.answer(ctx, row.urge_id, UrgeAnswer(text=row.answer.text), _any_version)
    return Answered("taken")


async def attach_again(ctx: Context, row: EvidenceRow) -> Answered:
    """Attach another piece in the place of one that was refused."""
    assert row.answer is not None
    review = await get_evidence(ctx, row.evidence_id)
    if review.state != "refused":
        raise TransitionNotAllowed("This evidence was not refused: attach another piece to the task itself.")
    period, refused_at = review.said.period, review.said.task_version
    newest = await rows.newest_evidence(ctx.session, review.task_id, period)
    if newest is not None and newest.task_version > refused_at:
        return _compared(row.answer, newest)
    await _attach(ctx, review.task_id, row.answer, period)
    return Answered("taken")


async def decide_on(ctx: Context, row: DecisionRow) -> Answered:
    """Grant or refuse what was asked for; the client needs the scope for it."""
    assert row.answer is not None
    if "tasks:assign" not in ctx.caller.scopes:
        raise InsufficientScope("tasks:assign")
    decision = await get_decision(ctx, row.decision_id)
    if decision.state != "asked":
        same = (decision.state, decision.decision_reason) == (row.answer.outcome, row.answer.reason)
        came = row.answer.outcome
        return Answered("unchanged") if same else Answered("conflict", [("outcome", came, decision.state)])
    answer = DecisionAnswer(outcome=row.answer.outcome, reason=row.answer.reason)
    await decide.decide(ctx, row.decision_id, answer, _any_version)
    return Answered("taken")


async def _attach(ctx: Context, task_id: UUID, answer: LinkAnswer, period: str | None) -> UUID:
    entry = EvidenceEntry(title=answer.title, url=answer.url, period=period)
    return (await add_evidence(ctx, task_id, entry, _any_version)).evidence_id


def _compared(answer: LinkAnswer, said: Evidence | None) -> Answered:
    stands = {"title": None, "url": None} if said is None else {"title": said.title, "url": said.url}
    came = answer.model_dump(mode="json")
    wrong = [(name, came[name], stands[name]) for name in ("title", "url") if came[name] != stands[name]]
    return Answered("conflict", wrong) if wrong else Answered("unchanged")


ANSWERS: Mapping[Kind, Callable[[Context, Any], Awaitable[Answered]]] = {
    "milestones": reach,
    "urges": answer_urge,
    "evidence": attach_again,
    "decisions": decide_on,
}
