"""The life of one simulated task, by the rules that every task obeys. Pure: same seed, number and time, same life.

Of twenty tasks in a row two are completed, three or four are reported twice, most once or never, one is only proposed
and two recur: sixty events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.clock import civil_date, close_of_day
from sixclear.common.ids import stable_id
from sixclear.tasks.programme.rules import ProgrammeFacts
from sixclear.tasks.reporting.rules import SaidReport
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.lifecycle import TaskRecord

SOURCE = "simulation"
TASKS_IN_A_ROW, EVENTS_IN_A_ROW = 20, 60

# The steps after the proposal, by the place of a task in its row.
_REPORTED = ("assign", "report")
_LIVES: tuple[tuple[str, ...], ...] = (
    *[_REPORTED] * 4,
    (),
    *[("assign",)] * 4,
    ("assign", "evidence", "submit", "confirm"),
    *[_REPORTED] * 4,
    *[("assign", "report", "report")] * 3,
    ("assign", "evidence", "submit", "confirm"),
    ("assign",),
    _REPORTED,
)
_RECURRING = (18, 19)
# By the place of twenty tasks among ten such rows.
_WITH_PROVINCE, _WITH_CENTRAL = 3, (1, 2)

_WORK = (
    "Số hoá hồ sơ đất đai và liên thông với cơ sở dữ liệu quốc gia",
    "Cấp tài khoản định danh điện tử cho người dân trên địa bàn",
    "Đưa thủ tục hành chính thiết yếu lên dịch vụ công trực tuyến toàn trình",
    "Rà soát, làm sạch dữ liệu hộ tịch",
    "Kết nối trạm y tế với hồ sơ sức khoẻ điện tử",
    "Phủ sóng băng rộng cố định tới các thôn, bản còn thiếu",
    "Bồi dưỡng kỹ năng số cho tổ công nghệ số cộng đồng",
    "Triển khai chữ ký số cho cán bộ, công chức xã",
)
_SAID = (
    "Đã hoàn thành phần rà soát, đang nhập dữ liệu.",
    "Đã tập huấn cho các tổ dân phố; còn hai thôn ở xa.",
    "Đang chờ đường truyền từ doanh nghiệp viễn thông.",
    "Thiết bị đã lắp đặt, đang chạy thử.",
)
_DIFFICULTY = ("Thiếu cán bộ chuyên trách.", "Thiếu kinh phí", "Đề nghị tỉnh bố trí thêm người.")
_RECURRENCE = "FREQ=MONTHLY;BYMONTHDAY=25"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune that is given tasks by the owner of the programme: only it may assign tasks there."""

    organisation_id: UUID
    name: str
    position: dict[str, Any]
    province_id: UUID | None

    @classmethod
    def of(cls, organisation_id: UUID, name: str, province_id: UUID | None = None) -> "Commune":
        """The commune with the position that answers for its tasks."""
        title = "Chủ tịch Uỷ ban nhân dân"
        position_id = stable_id("position", str(organisation_id), title)
        position = {"position_id": str(position_id), "title": title, "organisation_id": str(organisation_id)}
        return cls(organisation_id, name, position, province_id)


@dataclass(frozen=True, slots=True)
class Step:
    """The task after one change; `previous` is the version of its event before, `actor` the body that took the step."""

    change: str
    task: TaskRecord
    previous: int | None
    occurred_at: datetime
    actor: UUID


@dataclass(slots=True)
class Life:
    """What the service would have written of one task."""

    key_organisation_id: UUID
    steps: list[Step] = field(default_factory=list)
    reports: list[SaidReport] = field(default_factory=list)
    # The version of the task and the body, for each piece of evidence.
    evidence: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Country:
    """What all simulated tasks share. `now` is when all is recorded; facts lie in the five hundred days before.

    `central` are the bodies that may work on a task beside a commune.
    """

    seed: int
    programme_id: UUID
    programme: ProgrammeFacts
    communes: Sequence[Commune]
    now: datetime
    central: Sequence[UUID] = ()

    @property
    def source(self) -> str:
        """The system from which the tasks come, as their keys name it."""
        return f"{SOURCE}-{self.seed}"


# Which identifier a task gets, by the body whose key it has and the two parts of the key.
TaskId = Callable[[UUID, str, str], UUID]


def live(country: Country, number: int, task_id: TaskId) -> Life:
    """The life of the task with this number, from 0 on; every commune gets one before a commune gets its second."""
    draw = Random((country.seed << 40) + number)  # noqa: S311 (no secret)
    commune = country.communes[number % len(country.communes)]
    kind = number % TASKS_IN_A_ROW
    owner = country.programme.owner_organisation_id
    began = country.now - timedelta(seconds=draw.randrange(86_400, 500 * 86_400))
    external_id = f"{number:07d}"
    day = civil_date(began) + timedelta(days=draw.randrange(30, 600))
    deadline = None if kind in _RECURRING else close_of_day(day)
    task = TaskRecord(
        classification="public",
        status="draft",
        kind="recurring" if kind in _RECURRING else "one_off",
        recurrence=_RECURRENCE if kind in _RECURRING else None,
        title=f"{_WORK[draw.randrange(len(_WORK))]} ({commune.name})",
        assigning_organisation_id=owner,
        lead_organisation_id=commune.organisation_id,
        coordinating_organisation_ids=_beside(country, commune, number, draw),
        responsible_position=commune.position,
        product="Báo cáo kết quả, dữ liệu đã cập nhật",
        authority="Quyết định trong phạm vi được giao",
        current_deadline=deadline,
        percent=0,
        last_report_at=None,
        expected_on=None,
        reports_count=0,
        evidence_count=0,
        assigned_at=None,
        submitted_at=None,
        occurred_at=None,
        task_id=task_id(owner, country.source, external_id),
        code=f"MP{country.seed}-{external_id}",
        programme_id=country.programme_id,
        programme=country.programme,
        directive_id=None,
        clause=None,
        upper_task_id=None,
        upper_number=None,
        description=None,
        product_kind=None,
        own_fields=None,
        inside_fields=None,
        source=country.source,
        external_id=external_id,
        assigned_by="central",
        leader_position=None,
        original_deadline=deadline,
        completed_at=None,
        completed_by_organisation_id=None,
        cancelled_at=None,
        paused_since=None,
        status_before_pause=None,
        accept_by=None,
        accepted_at=None,
        objected_at=None,
        work_group=None,
        replaced_by=None,
        unmoved_at=None,
        origin=None,
        demonstration=True,
        version=0,
        published_version=None,
        recorded_at=country.now,
    )
    life = Life(owner)
    steps = ("propose", *_LIVES[kind])
    share = (country.now - began) / len(steps)
    for place, step in enumerate(steps):
        at = began + share * place + share * draw.random() * (place > 0)
        task = _step(life, task, step, at.replace(microsecond=0), draw, country.now)
    return life


def _beside(country: Country, commune: Commune, number: int, draw: Random) -> list[UUID]:
    """Who works with the commune: its province on three of ten tasks, on two of these one or two central bodies too.

    The first of the central bodies have far more of them than the last.
    """
    place = number // TASKS_IN_A_ROW % 10
    found = [commune.province_id] if place < _WITH_PROVINCE and commune.province_id else []
    if country.central and place in _WITH_CENTRAL:
        drawn = (country.central[int(len(country.central) * draw.random() ** 2)] for _ in range(place))
        found += dict.fromkeys(drawn)
    return found


def _step(life: Life, task: TaskRecord, step: str, at: datetime, draw: Random, now: datetime) -> TaskRecord:
    actor = task.assigning_organisation_id if step in ("propose", "assign", "confirm") else task.lead_organisation_id
    assert actor is not None
    said = None
    if step == "report":
        said = lifecycle.Report(
            draw.randrange(task.percent, 100, 5), _SAID[draw.randrange(len(_SAID))], *_difficulty(draw.random() < 0.2)
        )
    change = _CHANGES[step](task, at, actor, said)
    after = lifecycle.moved(task, change, at, now)
    taken = Step(change.name, after, task.published_version, at, actor)
    life.steps.append(taken)
    if said is not None:
        life.reports.append(_report(taken, said, now))
    if step == "evidence":
        life.evidence.append(taken)
    return after


def _difficulty(there: bool) -> tuple[str | None, str | None, str | None]:
    return _DIFFICULTY if there else (None, None, None)


_Decide = Callable[[TaskRecord, datetime, UUID, lifecycle.Report | None], Change]


def _reported(task: TaskRecord, at: datetime, _actor: UUID, said: lifecycle.Report | None) -> Change:
    assert said is not None
    return lifecycle.report(task, said, at)


_CHANGES: dict[str, _Decide] = {
    "propose": lambda *_: Change("proposed", {"status": "proposed"}),
    "assign": lambda task, at, *_: lifecycle.assign(task, at, enforced=True),
    "report": _reported,
    "evidence": lambda task, at, *_: lifecycle.add_evidence(task, at),
    "submit": lambda task, at, *_: lifecycle.submit(task, at),
    "confirm": lambda task, at, actor, _: lifecycle.confirm(task, at, actor),
}


def _report(step: Step, said: lifecycle.Report, now: datetime) -> SaidReport:
    return SaidReport(
        task_id=step.task.task_id,
        task_version=step.task.version,
        organisation_id=step.actor,
        percent=step.task.percent,
        public_percent=None,
        text=said.text,
        difficulty=said.difficulty,
        cause=said.cause,
        remedy=said.remedy,
        occurred_at=step.occurred_at,
        recorded_at=now,
    )
