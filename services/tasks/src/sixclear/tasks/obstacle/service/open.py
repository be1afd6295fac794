"""Opening an obstacle: on its own, or by the difficulty that a progress report states."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.common.clock import civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.recording import record, record_many
from sixclear.common.use_case import Context, FactInFuture, ReferenceUnknown
from sixclear.tasks.obstacle import repository as rows
from sixclear.tasks.obstacle.access import require_opener
from sixclear.tasks.obstacle.lifecycle import OVER, Level, key_of
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.obstacle.recording import OBSTACLE
from sixclear.tasks.obstacle.schemas import ObstacleEntry
from sixclear.tasks.obstacle.service.classify import counts_as
from sixclear.tasks.obstacle.service.find import is_seen
from sixclear.tasks.obstacle.service.levels import level_at
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import referenced_programme
from sixclear.tasks.task.access import is_visible
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.service.children import dimensions
from sixclear.tasks.task.service.find import lock_records


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What a progress report says that holds its task back; the task is locked, and as the report leaves it."""

    task: TaskRecord
    text: str
    organisation_id: UUID
    occurred_at: datetime


async def open_obstacle(ctx: Context, entry: ObstacleEntry) -> tuple[Obstacle, bool]:
    """Report what holds tasks back, or a programme. One that is open in the same words is the same (False).

    Raises ReferenceUnknown, OrganisationNotAllowed, FactsPastNotAllowed, FactInFuture, OrganisationEnded, and
    TransitionNotAllowed where no work is left on the tasks.
    """
    tasks = await _lock_tasks(ctx, entry.task_ids)
    programme = await _programme(ctx, tasks[0].programme.slug if tasks else entry.programme)
    organisation_id = await require_opener(ctx, tasks, programme)
    class_ = counts_as(programme, entry.kind)
    anchor = tasks[0].task_id if tasks else programme.programme_id
    key = key_of(anchor, entry.description)
    await wait_to_create(ctx.session, key)
    same = await rows.of_keys(ctx.session, [key])
    # One that the caller may not see is no answer to it: it holds back a task that is hidden from the caller, too.
    if known := [one for one in same if one.is_open and await is_seen(ctx, one)]:
        return known[0], False
    occurred_at = ctx.fact_time(entry.occurred_at, None)
    carried = dimensions(tasks[0]) if tasks else await _of_programme(ctx, programme, organisation_id)
    if await rows.is_one_restricted(ctx.session, entry.task_ids):
        carried["classification"] = "restricted"
    level = await _first_level(ctx, entry, carried["organisation_id"] or organisation_id, programme)
    names = "description", "nature", "kind", "decision_needed", "documents", "entry_ids", "amount_vnd"
    obstacle = _new(
        key,
        len(same),
        carried,
        level,
        {name: getattr(entry, name) for name in names}
        | {
            "task_ids": [task.task_id for task in tasks],
            "counts_as": class_,
            "since": _since(ctx, entry, occurred_at),
            "opened_at": occurred_at,
            "opened_by_organisation_id": organisation_id,
        },
    )
    ctx.session.add(obstacle)
    await record(ctx, obstacle, Change("opened", {}), occurred_at, OBSTACLE)
    return obstacle, True


async def open_reported(ctx: Context, difficulties: Sequence[Difficulty]) -> None:
    """Open an obstacle for each difficulty that progress reports state and that is not open in the same words.

    It waits for the body that leads the task, and is not classified. Costs nothing without difficulties, else five
    statements however many there are, and one for each body.
    """
    told = {key_of(one.task.task_id, one.text): one for one in reversed(difficulties) if one.task.status not in OVER}
    if not told:
        return
    same = await rows.of_keys(ctx.session, told)
    before, open_ = Counter(one.key for one in same), {one.key for one in same if one.is_open}
    programmes = await rows.programmes_of(ctx.session, {one.task.programme.slug for one in told.values()})
    opened: list[tuple[Obstacle, Change, datetime]] = []
    for key, one in told.items():
        lead = one.task.lead_organisation_id
        if key in open_ or lead is None:
            continue
        level = await level_at(ctx, lead, programmes[one.task.programme.slug])
        said = {
            "task_ids": [one.task.task_id],
            "description": one.text,
            "nature": "obstacle",
            "counts_as": "not-classified",
            "documents": [],
            "entry_ids": [],
            "since": civil_date(one.occurred_at),
            "opened_at": one.occurred_at,
            "opened_by_organisation_id": one.organisation_id,
        }
        obstacle = _new(key, before[key], dimensions(one.task), level, said)
        opened.append((obstacle, Change("opened", {}), one.occurred_at))
    ctx.session.add_all([obstacle for obstacle, *_ in opened])
    await record_many(ctx, opened, OBSTACLE)


def _new(key: UUID, before: int, carried: Mapping[str, Any], level: Level, said: Mapping[str, Any]) -> Obstacle:
    own = {name: value for name, value in carried.items() if name != "task_id"}
    return Obstacle(
        obstacle_id=stable_id("obstacle", str(key), str(before + 1)),
        version=0,
        key=key,
        state="open",
        escalations=0,
        hidden=own["classification"] != "public",
        **own,
        **level.fields,
        **said,
    )


async def _lock_tasks(ctx: Context, task_ids: Sequence[UUID]) -> list[TaskRecord]:
    """The tasks in the order of the request, locked in one order; raises ReferenceUnknown at those not seen."""
    own = ctx.caller.organisation_id
    found = await lock_records(ctx, task_ids) if task_ids else {}
    seen = {key: task for key, task in found.items() if is_visible(task, own)}
    errors = [
        {"pointer": f"#/task_ids/{place}", "code": "task-unknown", "detail": "No task that you may see has this."}
        for place, task_id in enumerate(task_ids)
        if task_id not in seen
    ]
    if errors:
        raise ReferenceUnknown("A task is named that is not known.", errors=errors)
    if task_ids and all(task.status in OVER for task in seen.values()):
        raise TransitionNotAllowed("No work is left on these tasks that could be held back.")
    return [seen[task_id] for task_id in dict.fromkeys(task_ids)]


async def _programme(ctx: Context, slug: str | None) -> Programme:
    if slug is None:
        raise ReferenceUnknown(
            "Neither a task nor a programme is named that it holds back.",
            errors=[{"pointer": "#/programme", "code": "missing", "detail": "Name tasks, or a programme."}],
        )
    return await referenced_programme(ctx.session, slug)


async def _of_programme(ctx: Context, programme: Programme, organisation_id: UUID) -> dict[str, Any]:
    """What one carries that touches no task: it is the reporting body's, and as public as its programme."""
    owner = programme.owner_organisation_id
    return {
        "programme": programme.slug,
        "assigned_by": await organisations.level_of(ctx.session, owner) or "central",
        "organisation_id": organisation_id,
        "classification": "public",
        "demonstration": programme.demonstration,
    }


async def _first_level(ctx: Context, entry: ObstacleEntry, lead: UUID, programme: Programme) -> Level:
    decider = lead
    if entry.decision_from is not None:
        named = await organisations.referenced(ctx.session, {"#/decision_from": entry.decision_from})
        await organisations.refuse_ended(ctx.session, named, ())
        decider = named["#/decision_from"].organisation_id
    return await level_at(ctx, decider, programme, entry.decision_days)


def _since(ctx: Context, entry: ObstacleEntry, occurred_at: datetime) -> Any:
    since = entry.since or civil_date(occurred_at)
    if since > civil_date(ctx.now):
        raise FactInFuture(
            "since is later than today.",
            errors=[{"pointer": "#/since", "code": "in-future", "detail": "State a day up to today."}],
        )
    return since
