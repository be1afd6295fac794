"""Rows of proposals as responses."""

from collections.abc import Sequence

from sixclear.common.use_case import Context
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.proposal import repository
from sixclear.feedback.proposal.models import Proposal, ProposalTask, words_of
from sixclear.feedback.proposal.schemas import ProposalState, ProposalStep, ProposalTaskView, ProposalView, Stage
from sixclear.feedback.sealing import service as sealing

_STAGES: dict[str, Stage] = {
    "draft": "proposed",
    "proposed": "proposed",
    "assigned": "assigned",
    "completed": "done",
    "cancelled": "ended",
}
_OWN = {"organisation", "tasks"}


def step_response(proposal: Proposal) -> ProposalStep:
    """Where a proposal stands, without its words."""
    columns = {name: getattr(proposal, name) for name in ProposalStep.model_fields if name != "public"}
    return ProposalStep(**columns, public=proposal.version > 0)


async def proposal_state(ctx: Context, proposal: Proposal) -> ProposalState:
    """A proposal as the handlers of its case see it."""
    words = words_of(await sealing.key_to_read(ctx, proposal.submission_id), proposal)
    words["promised_steps"] = words["promised_steps"] or []
    return ProposalState(**step_response(proposal).model_dump(), **words)


async def proposal_responses(ctx: Context, proposals: Sequence[Proposal]) -> list[ProposalView]:
    """Public proposals with the tasks that came of them."""
    tasks = await repository.list_tasks(ctx.session, [one.proposal_id for one in proposals])
    bodies = [*(one.organisation_id for one in proposals), *(task.lead_organisation_id for task in tasks)]
    names = await organisations.briefs(ctx, bodies)
    return [_response(one, [task for task in tasks if task.proposal_id == one.proposal_id], names) for one in proposals]


def _response(proposal: Proposal, tasks: Sequence[ProposalTask], names: Briefs) -> ProposalView:
    columns = {name: getattr(proposal, name) for name in ProposalView.model_fields if name not in _OWN}
    columns["promised_steps"] = columns["promised_steps"] or []
    return ProposalView(
        **columns,
        organisation=brief(names, proposal.organisation_id),
        tasks=[_task_response(task, names) for task in tasks],
    )


def _task_response(task: ProposalTask, names: Briefs) -> ProposalTaskView:
    derived = {"stage", "lead_organisation"}
    columns = {name: getattr(task, name) for name in ProposalTaskView.model_fields if name not in derived}
    return ProposalTaskView(**columns, stage=stage_of(task), lead_organisation=brief(names, task.lead_organisation_id))


def stage_of(task: ProposalTask) -> Stage:
    """Where a task stands, in the words of who had the idea; each state that is none of the four is work going on."""
    if not task.public or task.status is None:
        return "not_public"
    return _STAGES.get(task.status, "in_progress")
