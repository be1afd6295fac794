"""Rows as the API answers them, with the names of the organisations that they refer to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.events.log import StoredEvent
from sixclear.tasks.organisation import repository as rows
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.deadlines import current_period
from sixclear.tasks.task.models import Directive, Evidence, Organisation, Programme, ProgressReport, Task
from sixclear.tasks.task.schemas import (
    DirectiveView,
    EvidenceView,
    HistoryEntry,
    OrganisationBrief,
    PeriodView,
    PositionView,
    ProgrammeView,
    ProgressView,
    TaskSummary,
    TaskView,
)

Names = Mapping[UUID, Organisation]


def brief(organisation: Organisation) -> OrganisationBrief:
    """An organisation's identifier, code and names."""
    return OrganisationBrief(
        organisation_id=organisation.organisation_id,
        code=organisation.code,
        name_vi=organisation.name_vi,
        name_en=organisation.name_en,
    )


def _named(names: Names, organisation_id: UUID | None) -> OrganisationBrief | None:
    organisation = names.get(organisation_id) if organisation_id else None
    return brief(organisation) if organisation else None


async def programme_views(session: AsyncSession, programmes: Sequence[Programme]) -> list[ProgrammeView]:
    """Programmes with their owners' names."""
    names = await rows.organisations_by_id(session, {row.owner_organisation_id for row in programmes})
    return [
        ProgrammeView(
            programme_id=row.programme_id,
            slug=row.slug,
            name_vi=row.name_vi,
            name_en=row.name_en,
            resolution=row.resolution,
            source_vi=row.source_vi,
            source_en=row.source_en,
            owner=brief(names[row.owner_organisation_id]),
            six_clears_enforced=row.six_clears_enforced,
            demonstration=row.demonstration,
            version=row.version,
        )
        for row in programmes
    ]


async def directive_views(session: AsyncSession, directives: Sequence[Directive]) -> list[DirectiveView]:
    """Directives with their issuers' names and their programmes' slugs."""
    names = await rows.organisations_by_id(session, {row.issuer_organisation_id for row in directives})
    programmes = await rows.get_programmes_by_id(session, {row.programme_id for row in directives})
    return [
        DirectiveView(
            directive_id=row.directive_id,
            programme=programmes[row.programme_id].slug,
            number=row.number,
            issued_on=row.issued_on,
            issuer=brief(names[row.issuer_organisation_id]),
            title=row.title,
            version=row.version,
        )
        for row in directives
    ]


async def _named_bodies(session: AsyncSession, ids: Iterable[UUID | None]) -> Names:
    """The organisations among `ids`, with one statement."""
    return await rows.organisations_by_id(session, {organisation_id for organisation_id in ids if organisation_id})


async def task_summaries(
    session: AsyncSession, tasks: Sequence[Task], now: datetime, numbers: Mapping[UUID, Mapping[str, Any]]
) -> list[TaskSummary]:
    """Tasks as lists show them; their buckets are derived at `now`. `numbers` replace those of tasks that have some."""
    programmes = await rows.get_programmes_by_id(session, {task.programme_id for task in tasks})
    names = await _named_bodies(session, (task.lead_organisation_id for task in tasks))
    return [
        _summary(task, programmes[task.programme_id].slug, names, now, numbers.get(task.task_id, {})) for task in tasks
    ]


def _summary(task: Task, programme: str, names: Names, now: datetime, numbers: Mapping[str, Any]) -> TaskSummary:
    return TaskSummary.model_validate(
        {
            "programme": programme,
            "bucket": lifecycle.bucket(task, now),
            "lead_organisation": _named(names, task.lead_organisation_id),
        }
        | {name: numbers.get(name, getattr(task, name)) for name in _SUMMARY_COLUMNS}
    )


_SUMMARY_COLUMNS = set(TaskSummary.model_fields) - {"programme", "bucket", "lead_organisation"}
_DETAIL_COLUMNS = (
    "description",
    "programme_id",
    "clause",
    "source",
    "external_id",
    "classification",
    "recurrence",
    "product",
    "authority",
    "assigned_at",
    "reports_count",
    "evidence_count",
    "submitted_at",
    "occurred_at",
    "recorded_at",
)


async def task_view(session: AsyncSession, task: Task, now: datetime, numbers: Mapping[str, Any]) -> TaskView:
    """A task with everything that it refers to; `numbers` replace the stored ones."""
    bodies = task.lead_organisation_id, task.assigning_organisation_id, task.completed_by_organisation_id
    names = await _named_bodies(session, (*bodies, *task.coordinating_organisation_ids))
    programmes = await rows.get_programmes_by_id(session, [task.programme_id])
    summary = _summary(task, programmes[task.programme_id].slug, names, now, numbers)
    directive = await rows.find_directive(session, task.directive_id) if task.directive_id else None
    return TaskView(
        **{name: getattr(summary, name) for name in TaskSummary.model_fields},
        **{name: numbers.get(name, getattr(task, name)) for name in _DETAIL_COLUMNS},
        directive=(await directive_views(session, [directive]))[0] if directive else None,
        current_period=_period(task, summary.last_report_at, now),
        assigning_organisation=brief(names[task.assigning_organisation_id]),
        coordinating_organisations=[brief(names[key]) for key in task.coordinating_organisation_ids],
        leader_position=PositionView.model_validate(task.leader_position) if task.leader_position else None,
        responsible_position=(
            PositionView.model_validate(task.responsible_position) if task.responsible_position else None
        ),
        missing_clears=lifecycle.missing_clears(task),
        completed_by=_named(names, task.completed_by_organisation_id),
    )


def _period(task: Task, last_report_at: datetime | None, now: datetime) -> PeriodView | None:
    if not task.recurrence or task.assigned_at is None:
        return None
    period = current_period(task.recurrence, task.assigned_at, last_report_at, now)
    if period is None:
        return None
    return PeriodView(due_at=period.due_at, previous_due_at=period.previous_due_at, reported=period.reported)


async def progress_views(
    session: AsyncSession, reports: Sequence[ProgressReport], *, public: bool
) -> list[ProgressView]:
    """Reports with the names of the bodies that made them; with `public` the percentages that everyone reads."""
    names = await _named_bodies(session, (row.organisation_id for row in reports))
    own = set(ProgressView.model_fields) - {"organisation", "percent"}
    return [
        ProgressView(
            organisation=_named(names, row.organisation_id),
            percent=row.public_percent if public and row.public_percent is not None else row.percent,
            **{name: getattr(row, name) for name in own},
        )
        for row in reports
    ]


async def evidence_views(session: AsyncSession, evidence: Sequence[Evidence]) -> list[EvidenceView]:
    """Evidence with the names of the bodies that attached it."""
    names = await _named_bodies(session, (row.organisation_id for row in evidence))
    own = set(EvidenceView.model_fields) - {"organisation"}
    return [
        EvidenceView(organisation=_named(names, row.organisation_id), **{name: getattr(row, name) for name in own})
        for row in evidence
    ]


async def history_entries(
    session: AsyncSession, events: Sequence[StoredEvent], percents: Mapping[int, int]
) -> list[HistoryEntry]:
    """A task's changes as anybody may read them: which organisation, never which client or person.

    `percents` replace those that the events carry, by version.
    """
    actors = [_actor(event) for event in events]
    names = await _named_bodies(session, actors)
    return [
        HistoryEntry(
            version=event.version,
            change=event.change,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            organisation=_named(names, actor),
            status=event.data.get("status", "withdrawn"),
            percent=percents.get(event.version, event.data.get("percent", 0)),
            current_deadline=event.data.get("current_deadline"),
        )
        for event, actor in zip(events, actors, strict=True)
    ]


def _actor(event: StoredEvent) -> UUID | None:
    organisation_id = event.meta.get("organisation_id")
    return UUID(organisation_id) if organisation_id else None
