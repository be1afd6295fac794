"""What a body owes for a period, gathered from all that waits for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.etags import etag
from sixclear.tasks.decision.service import find as decisions
from sixclear.tasks.organisation.service import Briefs, briefs, named
from sixclear.tasks.period.models import Period
from sixclear.tasks.programme.service import get_programme
from sixclear.tasks.sheet import repository as rows
from sixclear.tasks.sheet import rules
from sixclear.tasks.sheet.errors import SheetTooLong
from sixclear.tasks.sheet.repository import Asked, Said
from sixclear.tasks.sheet.schemas import (
    MOST_ROWS,
    DecisionRow,
    EvidenceRow,
    LastReport,
    MilestoneRow,
    ReportAnswer,
    ReportRow,
    SameWorkProposal,
    Sheet,
    SheetBody,
    SheetTask,
    UrgeRow,
)
from sixclear.tasks.sheet.service import measured
from sixclear.tasks.task.models import Task

Listed = TypeVar("Listed", bound=Sequence[object])
_Tasks = Mapping[UUID, Task]


async def gather(ctx: Context, period: str, programme: str | None) -> Sheet:
    """All that the caller's body owes for a period, with what it said of it, and what it said before.

    Raises InvalidRequest for a period that is none, ProgrammeNotFound, and SheetTooLong.
    """
    begin, end = rules.span(period)
    own = ctx.caller.own_organisation()
    narrow = None if programme is None else (await get_programme(ctx.session, programme)).programme_id
    led = _few(await rows.list_tasks(ctx.session, own, narrow, MOST_ROWS + 1))
    tasks = {task.task_id: task for task in led}
    groups = await rows.same_work(ctx.session, own, tasks)
    periods = _few(await rows.list_periods(ctx.session, tasks, begin, end, ctx.now, MOST_ROWS + 1))
    one_off = [task.task_id for task in led if task.kind == "one_off"]
    body = (await briefs(ctx.session, [own])).get(own)
    unmoved = await rows.list_unmoved(ctx.session, own, period)
    works = [rules.Work(one.task_id, one.programme_id, one.title) for one in led]
    return Sheet(
        organisation=None if body is None else SheetBody(code=body.code, name=body.name_vi),
        period=period,
        programme=programme,
        tasks=_marked(await _tasks(ctx, tasks, rules.grouped(one_off, groups), begin), unmoved),
        periods=_marked(await _periods(ctx, tasks, periods, groups, begin), unmoved),
        milestones=await _milestones(ctx, tasks, end),
        urges=await _urges(ctx, tasks),
        evidence=await _evidence(ctx, tasks),
        decisions=await _decisions(ctx, programme),
        values=_few(await measured.owed(ctx, period, programme, MOST_ROWS + 1)),
        same_work_proposed=[
            SameWorkProposal(title=tasks[one[0]].title, task_ids=one) for one in rules.proposals(works, groups)
        ],
    )


def _few(found: Listed) -> Listed:
    if len(found) > MOST_ROWS:
        raise SheetTooLong
    return found


def _marked(listed: list[ReportRow], unmoved: Collection[UUID]) -> list[ReportRow]:
    """The rows, with those marked of which it was filed that nothing has changed."""
    for row in listed:
        row.no_change = row.answer is None and all(ref.task_id in unmoved for ref in row.tasks)
    return listed


async def _tasks(ctx: Context, tasks: _Tasks, grouped: Sequence[Sequence[UUID]], begin: datetime) -> list[ReportRow]:
    asked: list[Asked] = [(task_id, None, None) for one in grouped for task_id in one]
    return await _reports(ctx, tasks, [[(task_id, None, None) for task_id in one] for one in grouped], asked, begin, {})


async def _periods(
    ctx: Context, tasks: _Tasks, periods: Sequence[Period], groups: Mapping[UUID, UUID], begin: datetime
) -> list[ReportRow]:
    """A row for each period; those of the same name of tasks that are the same work are one."""
    due: dict[Asked, datetime] = {(one.task_id, one.key, None): one.due_at for one in periods}
    together: dict[tuple[UUID, str], list[Asked]] = {}
    for one in periods:
        together.setdefault((groups.get(one.task_id, one.task_id), one.key), []).append((one.task_id, one.key, None))
    return await _reports(ctx, tasks, list(together.values()), list(due), begin, due)


async def _reports(
    ctx: Context,
    tasks: _Tasks,
    grouped: Sequence[Sequence[Asked]],
    asked: Sequence[Asked],
    begin: datetime,
    due: Mapping[Asked, datetime],
) -> list[ReportRow]:
    now = await rows.last_said(ctx.session, asked, begin)
    before = await rows.last_said(ctx.session, asked, begin, before=True)
    found = []
    for together in grouped:
        first = together[0]
        found.append(
            ReportRow(
                tasks=[_task(ctx, tasks[task_id]) for task_id, _, _ in together],
                period=first[1],
                deadline=due.get(first, tasks[first[0]].current_deadline),
                last=_last(_first_of(before, together)),
                answer=_answer(_first_of(now, together)),
            )
        )
    return found


def _first_of(said: Mapping[Asked, Said], together: Sequence[Asked]) -> Said | None:
    return next((said[one] for one in together if one in said), None)


def _task(ctx: Context, task: Task) -> SheetTask:
    tag = etag(ctx.log.epoch, task.version)
    return SheetTask(task_id=task.task_id, etag=tag, programme=task.programme.slug, code=task.code, title=task.title)


def _last(said: Said | None) -> LastReport | None:
    if said is None:
        return None
    return LastReport(percent=said.percent, text=said.text, occurred_at=said.occurred_at)


def _answer(said: Said | None) -> ReportAnswer | None:
    if said is None:
        return None
    told = asdict(said)
    return ReportAnswer(**{name: told[name] for name in rules.FIELDS})


async def _milestones(ctx: Context, tasks: _Tasks, end: datetime) -> list[MilestoneRow]:
    return [
        MilestoneRow(
            milestone_id=one.milestone_id,
            task_id=one.task_id,
            task_title=tasks[one.task_id].title,
            title=one.title,
            deadline=one.current_deadline,
        )
        for one in _few(await rows.list_milestones(ctx.session, tasks, end, MOST_ROWS + 1))
    ]


async def _urges(ctx: Context, tasks: _Tasks) -> list[UrgeRow]:
    found = _few(await rows.list_urges(ctx.session, tasks, MOST_ROWS + 1))
    names = await briefs(ctx.session, [one.author_organisation_id for one in found])
    return [
        UrgeRow(
            urge_id=one.urge_id,
            task_id=one.task_id,
            task_title=tasks[one.task_id].title,
            kind=one.kind,
            said_by=_name(names, one.author_organisation_id),
            text=one.text,
            answer_by=one.answer_by,
        )
        for one in found
    ]


def _name(names: Briefs, organisation_id: UUID | None) -> str | None:
    found = named(names, organisation_id)
    return None if found is None else found.name_vi


async def _evidence(ctx: Context, tasks: _Tasks) -> list[EvidenceRow]:
    return [
        EvidenceRow(
            evidence_id=one.evidence_id,
            task_id=one.task_id,
            task_title=tasks[one.task_id].title,
            title=one.said.title,
            reason=one.reason,
        )
        for one in _few(await rows.list_refused(ctx.session, tasks, MOST_ROWS + 1))
    ]


async def _decisions(ctx: Context, programme: str | None) -> list[DecisionRow]:
    found = _few(await decisions.list_waiting(ctx, MOST_ROWS + 1))
    shown = [one for one in found if programme is None or one.programme == programme]
    titles = await rows.titles(ctx.session, {one.task_id for one in shown})
    names = await briefs(ctx.session, [one.asked_by_organisation_id for one in shown])
    return [
        DecisionRow(
            decision_id=one.decision_id,
            task_id=one.task_id,
            task_title=titles.get(one.task_id),
            kind=one.kind,
            asked_by=_name(names, one.asked_by_organisation_id),
            reason=one.reason,
            decide_by=one.decide_by,
        )
        for one in shown
    ]
