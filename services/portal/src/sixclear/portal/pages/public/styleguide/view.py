"""Specimens for the page of all parts: made-up records, shown to developers only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sixclear.common.ids import stable_id
from sixclear.portal.pages.public.home.attention import AttentionRow
from sixclear.portal.pages.public.home.ledger import Ledger, ledger_of
from sixclear.portal.pages.public.home.timeline import TimelineChart
from sixclear.portal.pages.public.home.timeline import draw as draw_timeline
from sixclear.portal.pages.public.task.progress import ProgressChart
from sixclear.portal.pages.public.task.progress import draw as draw_progress
from sixclear.portal.shell.bars import Segment, segments
from sixclear.portal.upstream.monitoring import BucketCounts, Change, Concern, Shares, TimelinePoint
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.tasks import OrganisationBrief, Report, Task

_NOW = datetime(2025, 12, 4, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StyleguideView:
    """One specimen of each part."""

    now: datetime
    today: date
    bar: list[Segment]
    timeline: TimelineChart
    programme: Programme
    task: Task
    progress: ProgressChart | None
    ledger: Ledger
    attention: dict[str, list[AttentionRow]]
    stages: list[str]


def load() -> StyleguideView:
    """All specimens."""
    task = _task()
    reports = [
        Report(percent=percent, text="…", occurred_at=_NOW - timedelta(days=days))
        for days, percent in ((80, 10), (45, 35), (9, 60))
    ]
    return StyleguideView(
        now=_NOW,
        today=_NOW.date(),
        bar=segments(
            BucketCounts(total=100, completed=47, in_term=31, overdue=8, recurring=14),
            Shares(completed=Decimal(47), in_term=Decimal(31), overdue=Decimal(8), recurring=Decimal(14)),
        ),
        timeline=draw_timeline(_points(), _NOW.date(), []),
        programme=Programme(slug="specimen", name_vi="Chương trình mẫu", name_en="Specimen programme"),
        task=task,
        progress=draw_progress(task, reports, [], _NOW),
        ledger=ledger_of(
            [
                Change(
                    occurred_at=_NOW,
                    entity_type="task",
                    entity_id=task.task_id,
                    change="progress_reported",
                    title=task.title,
                    organisation_name="Bộ mẫu",
                    demonstration=True,
                )
            ]
        ),
        attention={
            "longest_overdue": [AttentionRow(Concern(), task_id=task.task_id, title=task.title, days_late=12)],
            "databases_at_risk": [],
        },
        stages=["not_deployed", "deploying_digitised_only", "deploying_foundation", "formed_centralised"],
    )


def _points() -> list[TimelinePoint]:
    first = _NOW.date() - timedelta(days=210)
    return [
        TimelinePoint(
            date=first + timedelta(days=7 * week),
            total=60 + 2 * week,
            completed=week,
            in_term=40 - week // 2,
            overdue=4 + week // 6,
            recurring=60 + 2 * week - week - (40 - week // 2) - (4 + week // 6),
        )
        for week in range(31)
    ]


def _task() -> Task:
    owner = OrganisationBrief(
        organisation_id=stable_id("organisation", "specimen"), code="G00", name_vi="Bộ mẫu", name_en="Specimen ministry"
    )
    return Task(
        task_id=stable_id("task", "specimen"),
        code="SPECIMEN-1",
        title="Nhiệm vụ mẫu với một tên đủ dài để thấy cách xuống dòng trên màn hình điện thoại",
        status="in_progress",
        bucket="overdue",
        lead_organisation=owner,
        percent=60,
        original_deadline=_NOW - timedelta(days=40),
        current_deadline=_NOW - timedelta(days=12),
        product="Một báo cáo",
        demonstration=True,
    )
