"""Tasks as the API answers them, with the names that they refer to and the numbers that the caller may read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.events.log import StoredEvent
from sixclear.common.use_case import Context
from sixclear.common.web.etags import in_letters
from sixclear.common.web.schemas import Schema
from sixclear.tasks.directive.schemas import DirectiveView
from sixclear.tasks.directive.service import find_described
from sixclear.tasks.organisation.service import Briefs, briefs, named
from sixclear.tasks.task import timing
from sixclear.tasks.task.access import confirming_body, is_visible, read_whole, reads_whole
from sixclear.tasks.task.assignment import assignment_of
from sixclear.tasks.task.deadlines import months_skipped
from sixclear.tasks.task.hidden import hidden_of, percents_at
from sixclear.tasks.task.lifecycle import TaskRecord, TaskState, missing_clears
from sixclear.tasks.task.models import AnyTask, Task, state_of
from sixclear.tasks.task.public import HANDED_IN, Hidden, public_numbers
from sixclear.tasks.task.repository import reaches_of_public
from sixclear.tasks.task.schemas import (
    AssignmentView,
    HistoryEntry,
    OpenProposal,
    PeriodView,
    PositionView,
    ReferredOrganisation,
    TaskSummary,
    TaskView,
)
from sixclear.tasks.task.series import current_period

Numbers = Mapping[str, Any]
Name = TypeVar("Name")

# Every other field of an answer is the column of its name.
_SUMMARY_COLUMNS = set(TaskSummary.model_fields) - {
    "programme",
    "bucket",
    "lead_organisation",
    "handed_in_on_time",
    "slip_days",
    "days_late",
    "timing",
    "updated_at",
}
_DETAIL_COLUMNS = (
    set(TaskView.model_fields)
    - set(TaskSummary.model_fields)
    - {
        "directive",
        "current_period",
        "months_skipped",
        "assigning_organisation",
        "coordinating_organisations",
        "missing_clears",
        "confirming_organisation",
        "completed_by",
        "assignment",
        "own_field_organisations",
    }
)


async def task_summaries(ctx: Context, tasks: Sequence[Task]) -> list[TaskSummary]:
    """Tasks as lists show them; their buckets are derived at the instant of the request."""
    numbers = await numbers_for(ctx, tasks)
    names = await briefs(ctx.session, (task.lead_organisation_id for task in tasks))
    return [TaskSummary(**_summary(task, names, ctx.now, numbers.get(task.task_id, {}))) for task in tasks]


async def open_proposals(ctx: Context, waiting: Sequence[tuple[Task, datetime]]) -> list[OpenProposal]:
    """Proposals as the body reads them that decides on them: what a restricted one says is not for it."""
    # The release before writes only whose key it has.
    made_by = [task.proposed_by_organisation_id or task.key_organisation_id for task, _ in waiting]
    names = await briefs(ctx.session, made_by)
    return [
        OpenProposal(
            task_id=task.task_id,
            programme=task.programme.slug,
            classification=task.classification,
            title=task.title if is_visible(state_of(task), ctx.caller.organisation_id) else None,
            proposed_by=named(names, maker),
            proposed_at=came_in,
            version=task.version,
        )
        for (task, came_in), maker in zip(waiting, made_by, strict=True)
    ]


async def task_response(ctx: Context, task: AnyTask) -> TaskView:
    """A task with everything that it refers to."""
    return (await task_responses(ctx, [task]))[0]


async def task_responses(ctx: Context, tasks: Sequence[AnyTask]) -> list[TaskView]:
    """Tasks with everything that they refer to, by as many statements as one."""
    numbers = await numbers_for(ctx, tasks)
    whole = await read_whole(ctx.session, ctx.caller, tasks)
    uppers = {task.upper_task_id for task in tasks if task.upper_task_id}
    shown = await reaches_of_public(ctx.session, uppers) if uppers else {}
    names = await _names(ctx.session, tasks)
    found = []
    for task in tasks:
        told = dict(numbers.get(task.task_id, {}))
        reads_whole_of_it = task.task_id in whole
        if not reads_whole_of_it:
            told["inside_fields"] = None
        if task.upper_task_id not in shown:
            told["upper_task_id"] = None
        directive = await find_described(ctx.session, task.directive_id) if task.directive_id else None
        referred = _own_field_organisations(task, names, whole=reads_whole_of_it)
        found.append(TaskView(**_detail(task, names, directive, ctx.now, told), own_field_organisations=referred))
    return found


async def beside_of(ctx: Context, task: AnyTask) -> str:
    """What the answer of `task_response` tells beside the task, as `_beside` says it."""
    names = await _names(ctx.session, [task])
    directive = await find_described(ctx.session, task.directive_id) if task.directive_id else None
    shown = await reaches_of_public(ctx.session, [task.upper_task_id] if task.upper_task_id else [])
    whole = bool(task.inside_fields) and await reads_whole(ctx.session, ctx.caller, task)
    return _beside(task, names, directive, shown, whole=whole)


def _beside(
    task: AnyTask, names: Briefs, directive: DirectiveView | None, shown: Collection[UUID | None], *, whole: bool
) -> str:
    """A word of small letters for what an answer tells of other entities, which never moves the task's version.

    How often the bodies and the directive have changed that it names, whether its upper task is not among those that
    are `shown`, and with `whole` that it tells what is not for everyone. Empty while all of them are as they first
    were.
    """
    referred = [names[one] for one in _referred(task, whole=whole).values() if one in names]
    told = {*_named_in(task), *(one.organisation_id for one in referred), *(one.taken_over_by for one in referred)}
    word = _counted("bodies", sum(names[one].changes for one in told if one is not None and one in names))
    if directive is not None:
        word += _counted("directive", directive.version - 1 + directive.issuer.changes)
    elif task.directive_id is not None:
        word += "undirected"
    word += "" if task.upper_task_id is None or task.upper_task_id in shown else "below"
    return word + ("inside" if whole and task.inside_fields else "")


def _counted(word: str, count: int) -> str:
    return word + in_letters(count) if count else ""


async def tasks_as_json(session: AsyncSession, tasks: Sequence[TaskRecord], now: datetime) -> list[tuple[bytes, str]]:
    """The answers of `task_response` as JSON, for callers that are told the stored numbers, each with its `beside_of`.

    Of checked rows nothing is checked once more, and what several tasks name is encoded once: a fifth of what models
    cost. A test compares both.
    """
    known = await _names(session, tasks)
    names = {key: name.fragment for key, name in known.items()}
    directives: dict[UUID, tuple[DirectiveView | None, orjson.Fragment | None]] = {}
    uppers = await reaches_of_public(session, {task.upper_task_id for task in tasks if task.upper_task_id})
    found = []
    for task in tasks:
        if task.directive_id and task.directive_id not in directives:
            described = await find_described(session, task.directive_id)
            directives[task.directive_id] = described, _fragment(described)
        # In the order of the model, which is that of the columns with places for what is told in another way.
        detail = dict(zip(_ORDER, _read_all(task), strict=True))
        directive, encoded = directives[task.directive_id] if task.directive_id else (None, None)
        told = _told(task, names, encoded, now, {})
        detail |= told | {name: _fragment(told[name]) for name in ("current_period", "assignment")}
        referred = _own_field_organisations(task, known, whole=True)
        detail["own_field_organisations"] = referred and {name: _fragment(one) for name, one in referred.items()}
        if detail["upper_task_id"] not in uppers:
            detail["upper_task_id"] = None
        for position in ("leader_position", "responsible_position"):
            if detail[position] is not None:
                detail[position] = {name: detail[position][name] for name in _POSITION}
        # The driver's identifiers are of a class of its own.
        beside = _beside(task, known, directive, uppers, whole=True)
        found.append((orjson.dumps(detail, str, orjson.OPT_UTC_Z), beside))
    return found


def _fragment(model: Schema | None) -> orjson.Fragment | None:
    return None if model is None else orjson.Fragment(model.__pydantic_serializer__.to_json(model))


_ORDER, _POSITION = tuple(TaskView.model_fields), tuple(PositionView.model_fields)
_read_all = attrgetter(*(name if name in _SUMMARY_COLUMNS | _DETAIL_COLUMNS else "task_id" for name in _ORDER))


def _named_in(task: AnyTask) -> Sequence[UUID | None]:
    bodies = task.lead_organisation_id, task.assigning_organisation_id, task.completed_by_organisation_id
    return *bodies, confirming_body(task), *task.coordinating_organisation_ids


def _referred(task: AnyTask, *, whole: bool) -> dict[str, UUID]:
    """The bodies that values of the programme's own fields name, by field; with `whole` also of those inside."""
    values = {**(task.own_fields or {}), **((task.inside_fields or {}) if whole else {})}
    return {name: UUID(values[name]) for name in task.programme.references if name in values} if values else {}


async def _names(session: AsyncSession, tasks: Iterable[AnyTask]) -> Briefs:
    """The bodies that answers on these tasks name, and those that took the place of one to which a value refers."""
    referred = {body for task in tasks for body in _referred(task, whole=True).values()}
    names = await briefs(session, referred | {body for task in tasks for body in _named_in(task) if body})
    followed = {names[one].taken_over_by for one in referred if one in names} - {None}
    return {**names, **await briefs(session, followed)} if followed else names


def _own_field_organisations(task: AnyTask, names: Briefs, *, whole: bool) -> dict[str, ReferredOrganisation] | None:
    referred = {field: names[one] for field, one in _referred(task, whole=whole).items() if one in names}
    told = {field: ReferredOrganisation.made(one, named(names, one.taken_over_by)) for field, one in referred.items()}
    return told or None


def _detail(
    task: AnyTask, names: Briefs, directive: DirectiveView | None, now: datetime, numbers: Numbers
) -> dict[str, Any]:
    own = {name: numbers.get(name, getattr(task, name)) for name in _SUMMARY_COLUMNS | _DETAIL_COLUMNS}
    return own | _told(task, names, directive, now, numbers)


def _told(
    task: AnyTask, names: Mapping[UUID, Name], directive: object, now: datetime, numbers: Numbers
) -> dict[str, Any]:
    """What an answer tells that is no column of its name; bodies and directive as they are given here.

    `numbers` are those that the caller is told instead of the stored ones.
    """
    state = state_of(task)
    return _derived(task, state, names, now, numbers) | {
        "directive": directive,
        "current_period": _period(task, numbers.get("last_report_at", task.last_report_at), now),
        "months_skipped": months_skipped(task.recurrence, task.assigned_at) if task.recurrence else [],
        "assigning_organisation": names[task.assigning_organisation_id],
        "coordinating_organisations": [names[key] for key in task.coordinating_organisation_ids],
        "missing_clears": missing_clears(state),
        "confirming_organisation": named(names, confirming_body(task)),
        "completed_by": named(names, task.completed_by_organisation_id),
        "assignment": _assignment(state, now),
    }


def _summary(task: AnyTask, names: Briefs, now: datetime, numbers: Numbers) -> dict[str, Any]:
    own = {name: numbers.get(name, getattr(task, name)) for name in _SUMMARY_COLUMNS}
    return own | _derived(task, state_of(task), names, now, numbers)


def _derived(
    task: AnyTask, state: TaskState, names: Mapping[UUID, Name], now: datetime, numbers: Numbers
) -> dict[str, Any]:
    stands = timing.standing(state, task.original_deadline, numbers.get("percent", task.percent), now)
    return {
        "programme": task.programme.slug,
        "bucket": timing.bucket(state, now),
        "handed_in_on_time": timing.handed_in_on_time(state),
        "slip_days": timing.slip_days(state),
        "days_late": timing.days_late(state, now),
        "timing": None if stands is None else asdict(stands),
        "lead_organisation": named(names, task.lead_organisation_id),
        "updated_at": task.recorded_at,
    }


def _assignment(state: TaskState, now: datetime) -> AssignmentView | None:
    found = assignment_of(state, now)
    if found is None:
        return None
    return AssignmentView(state=found.state, since=found.since, accept_by=found.accept_by)


def _period(task: AnyTask, last_report_at: datetime | None, now: datetime) -> PeriodView | None:
    if not task.recurrence or task.assigned_at is None:
        return None
    period = current_period(task.recurrence, task.assigned_at, last_report_at, now, task.programme.terms)
    if period is None:
        return None
    return PeriodView(due_at=period.due_at, previous_due_at=period.previous_due_at, reported=period.reported)


def period_word(task: AnyTask, now: datetime) -> str | None:
    """A word for the period that an answer tells, in small letters; None where it tells none."""
    period = _period(task, None, now)
    return None if period is None else "due" + in_letters(f"{period.due_at:%Y%m%d%H%M}")


async def history_responses(ctx: Context, task: Task, events: Sequence[StoredEvent]) -> list[HistoryEntry]:
    """A task's changes as the caller may read them: which organisation, never which client or person."""
    actors = [_actor(event) for event in events]
    names = await briefs(ctx.session, actors)
    percents = await percents_for(ctx, task, events)
    return [
        HistoryEntry(
            version=event.version,
            change=event.change,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            organisation=named(names, actor),
            status=event.data.get("status", "withdrawn"),
            percent=percents.get(event.version, event.data.get("percent", 0)),
            current_deadline=event.data.get("current_deadline"),
        )
        for event, actor in zip(events, actors, strict=True)
    ]


def _actor(event: StoredEvent) -> UUID | None:
    organisation_id = event.meta.get("organisation_id")
    return UUID(organisation_id) if organisation_id else None


async def numbers_for(ctx: Context, tasks: Collection[AnyTask]) -> dict[UUID, Numbers]:
    """What the caller is told in place of the stored numbers, by task; who reads the whole is told what is stored."""
    states = {task.task_id: state_of(task) for task in tasks}
    whole = await read_whole(ctx.session, ctx.caller, tasks)
    strange = [task_id for task_id in states if task_id not in whole]
    hidden: Mapping[UUID, Hidden] = await hidden_of(ctx.session, strange)
    return {task_id: public_numbers(states[task_id], one) for task_id, one in hidden.items()}


async def percents_for(ctx: Context, task: Task, events: Sequence[StoredEvent]) -> dict[int, int]:
    """The percentages of a task's history as the caller may read them, by version.

    An event says what was public when it went out; the bodies concerned read what was stored. Where nothing of the
    task is hidden there is none to replace.
    """
    if not await hidden_of(ctx.session, [task.task_id]):
        return {}
    stated = [event for event in events if "percent" in event.data]
    published = not await reads_whole(ctx.session, ctx.caller, task)
    versions = [event.version for event in stated]
    percents = await percents_at(ctx.session, task.task_id, versions, published=published)
    done = dict.fromkeys((event.version for event in stated if event.data["status"] in HANDED_IN), 100)
    return percents | done
