"""Requests that bring generated tasks to life: programmes, directives, then phase after phase in a fixed order."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sixclear.common.clock import civil_date
from sixclear.common.ids import stable_id
from sixclear.common.issuer.roles import STANDING_BODY, client_of
from sixclear.launcher.demo.organisations import HANOI, posts_of
from sixclear.launcher.demo.own_fields import OWN_FIELDS, own_values
from sixclear.launcher.demo.period_reports import period_reports
from sixclear.launcher.demo.plan import CENTRAL, CITY, TaskPlan
from sixclear.launcher.demo.steps import SOURCE, Step, at, facts, task_id, task_path
from sixclear.launcher.demo.vocabulary import ACTIONS, DIFFICULTIES, OBJECTS, RECURRING, REPORTS, WORK_GROUPS

TASKS = "/api/tasks/v1/tasks"
# A bulk request stays small, so that it shares the service with everybody else.
_LINES = 200
# A file of tasks is one transaction that may last five seconds, also on a busy machine; so its files go one by one.
_TASKS = 25
# A row of results costs twice as much as a task, and two files are on their way at once.
_RESULTS = 12
RESULTS = "/api/tasks/v1/imports/results"
# How long an owner checks a result before it confirms it.
_CHECKED = timedelta(hours=6)

_GENERATED_VI = (
    "Tổng số lấy từ báo cáo đã công bố (dangcongsan.org.vn, 5/12/2025); từng bản ghi được sinh ra để minh họa, "
    "không phải nhiệm vụ thật."
)
_GENERATED_EN = (
    "Totals come from published reports (dangcongsan.org.vn, 5 December 2025); each record is generated to "
    "illustrate them and is no real task."
)
_REMAINING = facts()["tasks"]["remaining_2025"], facts()["tasks"]["remaining_2025_in_closing_remarks"]
_REMAINING_VI = " Báo cáo nêu còn {} nhiệm vụ phải hoàn thành trong năm 2025, phát biểu kết luận nêu {}.".format(
    *_REMAINING
)
_REMAINING_EN = " The report gives {} tasks left in 2025, its closing remarks {}.".format(*_REMAINING)

_PROGRAMMES = (
    {
        "slug": CENTRAL,
        "name_vi": "Nhiệm vụ của Ban Chỉ đạo Trung ương theo Nghị quyết 57",
        "name_en": "Tasks of the Central Steering Committee under Resolution 57",
        "resolution": "57-NQ/TW",
        "source_vi": _GENERATED_VI + _REMAINING_VI,
        "source_en": _GENERATED_EN + _REMAINING_EN,
        "owner": STANDING_BODY,
        "work_groups": WORK_GROUPS,
        "demonstration": True,
        "occurred_at": at(date(2025, 1, 13)),
    },
    {
        "slug": CITY,
        "name_vi": "Chương trình của thành phố Hà Nội theo Nghị quyết 57",
        "name_en": "Hanoi's own programme under Resolution 57",
        "resolution": "57-NQ/TW",
        "source_vi": _GENERATED_VI.replace("dangcongsan.org.vn, 5/12/2025", "Đại Đoàn Kết, 14/11/2025"),
        "source_en": _GENERATED_EN.replace("dangcongsan.org.vn, 5 December 2025", "Đại Đoàn Kết, 14 November 2025"),
        "owner": HANOI,
        "reach": "own",
        "own_fields": OWN_FIELDS,
        "work_groups": WORK_GROUPS,
        "demonstration": True,
        "occurred_at": at(date(2025, 7, 1)),
    },
)

_DIRECTIVES = (
    (CENTRAL, "57-NQ/TW", date(2024, 12, 22), "Nghị quyết về đột phá phát triển khoa học, công nghệ"),
    (CENTRAL, "02-KH/BCĐTW", date(2025, 6, 19), "Kế hoạch thúc đẩy chuyển đổi số liên thông, đồng bộ"),
    (CITY, "HN-57", date(2025, 7, 1), "Chương trình của thành phố (văn bản minh họa)"),
)

_OWNER = {CENTRAL: STANDING_BODY, CITY: HANOI}
_LEVEL = {CENTRAL: "central", CITY: "province"}


OWNER_CLIENT = {programme: client_of(owner) for programme, owner in _OWNER.items()}


def owner_of(programme: str) -> str:
    """The code of the body that owns a programme."""
    return _OWNER.get(programme, STANDING_BODY)


def reference_steps() -> Iterator[Step]:
    """Programmes and directives of the published reports."""
    for programme in _PROGRAMMES:
        slug = str(programme["slug"])
        yield Step(f"programme {slug}", "references", OWNER_CLIENT[slug], "/api/tasks/v1/programmes", programme)
    for programme_slug, number, issued_on, title in _DIRECTIVES:
        body = {
            "programme": programme_slug,
            "number": number,
            "issued_on": issued_on,
            "issuer": _OWNER[programme_slug],
            "title": title,
            "occurred_at": at(max(issued_on, date(2025, 1, 13))),
        }
        yield Step(f"directive {number}", "references", OWNER_CLIENT[programme_slug], "/api/tasks/v1/directives", body)


def directive_id(programme: str, number: str) -> str:
    """The identifier that the tasks service gives to a directive."""
    return str(stable_id("directive", programme, number))


def assign_steps(plans: Sequence[TaskPlan]) -> Iterator[Step]:
    """The tasks of each programme, described and assigned by its owner: in files, as a body's own system sends them."""
    for programme, owner in _OWNER.items():
        own = [plan for plan in plans if plan.programme == programme]
        for start in range(0, len(own), _TASKS):
            lines = tuple(_assignment(plan, owner) for plan in own[start : start + _TASKS])
            name = f"assign {programme} {start}"
            yield Step(name, f"assign {programme}", client_of(owner), f"{TASKS}/bulk", lines=lines)


def _assignment(plan: TaskPlan, owner: str) -> dict[str, Any]:
    return description(plan) | {
        "programme": plan.programme,
        "assigned_by": _LEVEL[plan.programme],
        "assigning_organisation": owner,
        "directive_id": _directive_of(plan),
        "clause": f"Mục {plan.random.randint(1, 9)}",
        "occurred_at": at(plan.assigned),
    }


def _directive_of(plan: TaskPlan) -> str:
    if plan.programme == CITY:
        return directive_id(CITY, "HN-57")
    return directive_id(CENTRAL, "02-KH/BCĐTW" if plan.assigned >= date(2025, 6, 19) else "57-NQ/TW")


def description(plan: TaskPlan) -> dict[str, Any]:
    """What the task says, six-clear, and that it is to be assigned immediately."""
    dice = plan.random
    if plan.recurring:
        title, product, recurrence = dice.choice(RECURRING)
    else:
        (thing, product), recurrence = dice.choice(OBJECTS), None
        title = f"{dice.choice(ACTIONS)} {thing}"
    return {
        "source": SOURCE,
        "external_id": plan.external_id,
        "code": plan.external_id,
        "title": title,
        "kind": "recurring" if plan.recurring else "one_off",
        "recurrence": recurrence,
        "lead_organisation": plan.lead,
        "leader_position": {"title": posts_of(plan.lead).leader, "organisation": plan.lead},
        "product": product,
        "authority": "Quyết định trong phạm vi được giao; vượt thẩm quyền thì báo cáo cơ quan giao nhiệm vụ",
        "deadline": plan.deadline,
        "own_fields": own_values(plan) if plan.programme == CITY else None,
        "demonstration": True,
        "assign": True,
    } | responsible_in(plan.lead)


def responsible_in(code: str) -> dict[str, Any]:
    """The position in a body that does the work of its tasks."""
    return {"responsible_position": {"title": posts_of(code).responsible, "organisation": code}}


def report_steps(plans: Sequence[TaskPlan], now: datetime) -> Iterator[Step]:
    """The reports on each task by its lead body, in bulk: as a ministry's own system would send them."""
    by_lead: dict[str, list[dict[str, Any]]] = {}
    for plan in plans:
        by_lead.setdefault(plan.lead, []).extend(_reports(plan, now))
    for lead, own in by_lead.items():
        for start in range(0, len(own), _LINES):
            lines = tuple(own[start : start + _LINES])
            yield Step(f"report {lead} {start}", f"report {lead}", client_of(lead), BULK, lines=lines)


BULK = "/api/tasks/v1/progress/bulk"


def _reports(plan: TaskPlan, now: datetime) -> Iterator[dict[str, Any]]:
    if plan.recurring:
        yield from reports_of_periods(plan, now)
        return
    end = plan.completed or date(2026, 1, 15)
    day = plan.assigned + timedelta(days=max(1, (end - plan.assigned).days // 2))
    yield report_body(plan) | _named(plan) | {"occurred_at": at(day, 10)}


def reports_of_periods(plan: TaskPlan, now: datetime) -> Iterator[dict[str, Any]]:
    """A line for each period of a recurring task that was reported by the day of `now`."""
    for report in period_reports(plan, str(description(plan)["recurrence"]), at(civil_date(now), 0)):
        yield report | _named(plan)


def _named(plan: TaskPlan) -> dict[str, str]:
    return {"source": SOURCE, "external_id": plan.external_id}


def report_body(plan: TaskPlan) -> dict[str, Any]:
    """What a progress report says: now and then with a difficulty, its cause and its remedy."""
    dice = plan.random
    percent, text = dice.choice(REPORTS)
    body: dict[str, Any] = {"percent": percent, "text": text}
    if dice.random() < 0.25:
        body |= dict(zip(("difficulty", "cause", "remedy"), dice.choice(DIFFICULTIES), strict=True))
    return body


def all_completion_steps(plans: Sequence[TaskPlan]) -> Iterator[Step]:
    """Completion of every task that was completed, on its day: a file of each lead body, then one of the owner."""
    by_lead: dict[tuple[str, str], list[TaskPlan]] = {}
    for plan in plans:
        if plan.completed is not None:
            by_lead.setdefault((plan.lead, _OWNER[plan.programme]), []).append(plan)
    for number, ((lead, owner), own) in enumerate(by_lead.items()):
        for start in range(0, len(own), _RESULTS):
            yield from _results(f"{lead} {owner} {start}", f"results {number % 2}", own[start : start + _RESULTS])


def _results(name: str, lane: str, plans: Sequence[TaskPlan]) -> Iterator[Step]:
    """The results of tasks of one lead body and one owner, and their confirmation."""
    owner, handed_in, confirmed = _OWNER[plans[0].programme], [], []
    for plan in plans:
        if plan.completed is not None:
            start, named = at(plan.completed, 8), {"task_id": str(task_id(owner, plan.external_id))}
            handed_in.append(named | evidence_of(plan) | {"step": "submit", "occurred_at": start})
            confirmed.append(named | {"step": "confirm", "occurred_at": start + _CHECKED})
    yield Step(f"submit {name}", lane, client_of(plans[0].lead), RESULTS, lines=tuple(handed_in))
    yield Step(f"confirm {name}", lane, client_of(owner), RESULTS, lines=tuple(confirmed))


def evidence_of(plan: TaskPlan) -> dict[str, Any]:
    """What proves the result of a task."""
    return {
        "title": "Biên bản nghiệm thu (minh họa)",
        "url": f"https://example.invalid/minh-hoa/{plan.external_id.lower()}.pdf",
    }


def completion_steps(plan: TaskPlan, start: datetime, owner: str) -> Iterator[Step]:
    """The result with its evidence by the lead body, then confirmation by the owner: two requests within the day."""
    name = plan.external_id
    submitted = {"evidence": [evidence_of(plan)], "occurred_at": start}
    confirmed = {"occurred_at": start + _CHECKED}
    yield Step(f"submit {name}", name, client_of(plan.lead), task_path(owner, name, "submit"), submitted)
    yield Step(f"confirm {name}", name, client_of(owner), task_path(owner, name, "confirm"), confirmed)
