"""Opening a task that came of an entity of another service: proposed to the owner of its programme, once."""

from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context
from sixclear.tasks.organisation.service import level_of
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.record import record_change


async def propose_from(
    ctx: Context,
    source: str,
    entity_id: UUID,
    programme: Programme,
    *,
    title: str,
    description: str,
    lead_organisation_id: UUID | None,
    demonstration: bool,
) -> UUID:
    """Open the proposed task that came of an entity of `source`, unless it is there; answers its identifier.

    The identifier follows from the entity, so a replay finds it. The body that took the idea up proposes the task to
    the owner of the programme, which assigns it, refuses it or describes it otherwise, as any proposal. No limit of
    open proposals counts it: the body decided on each by an answer.
    """
    task_id = stable_id("task that came of", source, str(entity_id))
    if await ctx.session.get(Task, task_id) is not None:
        return task_id
    owner = programme.owner_organisation_id
    code = f"T-{task_id.hex[:12].upper()}"
    task = Task(
        task_id=task_id,
        code=code,
        programme_id=programme.programme_id,
        programme=programme,
        title=title,
        description=description,
        search_text=fold(f"{code} {title} {description}"),
        proposed_by_organisation_id=lead_organisation_id or owner,
        classification="public",
        status="proposed",
        kind="one_off",
        assigned_by=await level_of(ctx.session, owner) or "central",
        assigning_organisation_id=owner,
        lead_organisation_id=lead_organisation_id,
        coordinating_organisation_ids=[],
        origin={"id": str(entity_id), "source": source},
        version=0,
        percent=0,
        reports_count=0,
        evidence_count=0,
        demonstration=demonstration or programme.demonstration,
    )
    ctx.session.add(task)
    await record_change(ctx, task, Change("proposed", {}), ctx.now)
    return task_id
