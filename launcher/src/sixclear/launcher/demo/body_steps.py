"""Bodies and what hangs on them, in examples: committees of Hanoi that are merged, renamed and closed, own work below
national work, what a supervisor says, work that not everyone reads, and periods in each state.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any

from sixclear.common.ids import stable_id
from sixclear.common.issuer.roles import STANDING_BODY, client_of
from sixclear.launcher.demo.example_steps import Example, example
from sixclear.launcher.demo.organisations import HANOI
from sixclear.launcher.demo.plan import CENTRAL, CITY, TaskPlan
from sixclear.launcher.demo.steps import Step, at, task_id, task_path
from sixclear.launcher.demo.task_steps import TASKS, description, directive_id
from sixclear.launcher.demo.vocabulary import PERIOD_REPORTS, REFUSAL
from sixclear.tasks.programme.rules import Terms
from sixclear.tasks.task.series import Series, Window, windows

_API = "/api/tasks/v1"
_CITY, _STANDING = client_of(HANOI), client_of(STANDING_BODY)
_ORGANISATIONS = f"{_API}/organisations"
# Of Hanoi's committees: one is merged into the other, which gets another name; a working group is closed.
_COMMITTEE, _MERGED, _CLOSED = "01-BCD57", "01-BCD204", "01-TGV57"
_SET_UP = (
    (_COMMITTEE, "Ban Chỉ đạo 57 thành phố Hà Nội (minh họa)", "Committee 57 of Hanoi (example)"),
    (_MERGED, "Ban Chỉ đạo 204 thành phố Hà Nội (minh họa)", "Committee 204 of Hanoi (example)"),
    (_CLOSED, "Tổ giúp việc Ban Chỉ đạo 57 (minh họa)", "Working group of Committee 57 (example)"),
)
_WEEKLY = {"title": "Rà soát việc xử lý hồ sơ trực tuyến hằng tuần", "product": "Biên bản rà soát tuần"}
_RULE, _OTHER_RULE = "FREQ=WEEKLY;BYDAY=FR", "FREQ=WEEKLY;BYDAY=TH"
# What becomes of the last periods, the newest first; older ones are reported. A missing one is locked in the end.
_FATES = ("confirm", "return", "reopen", "missing", "reported", "reported", "missing")
# Of so many of them something is attached, where they were reported.
_PROVED = 5


def body_steps(today: date) -> Iterator[Step]:
    """All of them."""
    yield from _committees(today)
    yield from _said_by_a_supervisor(today)
    yield from _hidden(today)
    yield from _periods(today)


def _committees(today: date) -> Iterator[Step]:
    def ago(days: int) -> datetime:
        return at(today - timedelta(days=days))

    def step(name: str, path: str, body: Mapping[str, Any]) -> Step:
        return Step(f"{name} (committees)", "committees", _CITY, path, body)

    decided = {"reason": "Sắp xếp lại bộ máy chỉ đạo (minh họa).", "document": "Quyết định minh họa"}
    for code, name_vi, name_en in _SET_UP:
        named = {"code": code, "name_vi": name_vi, "name_en": name_en, "type": "committee", "level": "department"}
        yield step(f"set up {code}", _ORGANISATIONS, decided | named | {"parent": HANOI, "occurred_at": ago(60)})
    for number, (code, upper) in enumerate(((_COMMITTEE, "NQ57-0001"), (_MERGED, "NQ57-0002")), start=1):
        yield step(f"assign {number}", TASKS, _own_task(number, code, upper, today))
    merged = {"into": _COMMITTEE, "occurred_at": ago(10)}
    yield step("merge", f"{_ORGANISATIONS}/{_id(_MERGED)}/merge", decided | merged)
    renamed = {
        "name_vi": "Ban Chỉ đạo của thành phố Hà Nội về khoa học, công nghệ và chuyển đổi số (minh họa)",
        "name_en": "Committee of Hanoi for science, technology and digital transformation (example)",
    }
    yield step("rename", f"{_ORGANISATIONS}/{_id(_COMMITTEE)}/upgrade", decided | renamed | {"occurred_at": ago(9)})
    yield step("close", f"{_ORGANISATIONS}/{_id(_CLOSED)}/close", decided | {"occurred_at": ago(8)})


def _id(code: str) -> str:
    return str(stable_id("organisation", code))


def _own_task(number: int, code: str, upper: str, today: date) -> dict[str, Any]:
    """A task of the city below a national one, led by a committee."""
    plan = TaskPlan(f"HN-{100 + number}", CITY, code, today - timedelta(days=50), today + timedelta(days=40))
    return description(plan) | {
        "programme": CITY,
        "assigned_by": "province",
        "assigning_organisation": HANOI,
        "directive_id": directive_id(CITY, "HN-57"),
        "upper_task_id": str(task_id(STANDING_BODY, upper)),
        "upper_number": f"II.{number}",
        "leader_position": {"title": "Trưởng ban", "organisation": code},
        "occurred_at": at(plan.assigned),
    }


def _said_by_a_supervisor(today: date) -> Iterator[Step]:
    """Two comments on a national task, one of them answered by the lead body."""
    plan = TaskPlan("NQ57-0001", CENTRAL, HANOI, today, today)
    path, key = task_path(STANDING_BODY, plan.external_id, "comments"), "comments"
    for name, text in (
        ("first", "Đề nghị công bố kết quả cho người dân (minh họa)."),
        ("second", "Đề nghị nêu rõ phần việc của các phường (minh họa)."),
    ):
        yield Step(f"comment {name}", key, "area-member", path, {"text": text})
    answered = {"text": "Danh sách từng phường đã được bổ sung (minh họa)."}
    yield Step("answer comment", key, client_of(plan.lead), f"{_API}/comments/{{comment_id}}/answer", answered)


def _hidden(today: date) -> Iterator[Step]:
    """A task that was restricted from the beginning, for those whose mandate names it, and one that became so."""
    for number, later in ((1, False), (2, True)):
        plan = TaskPlan(f"NQ57-M{number}", CENTRAL, "G01", today - timedelta(days=15), today + timedelta(days=60))
        body = description(plan) | {
            "programme": CENTRAL,
            "assigned_by": "central",
            "assigning_organisation": STANDING_BODY,
            "occurred_at": at(plan.assigned),
        }
        first = body if later else body | {"classification": "restricted"}
        yield Step(f"assign {plan.external_id}", plan.external_id, _STANDING, TASKS, first)
        if later:
            changed = body | {"classification": "restricted", "occurred_at": at(today - timedelta(days=5))}
            yield Step(f"restrict {plan.external_id}", plan.external_id, _STANDING, TASKS, changed)


def _periods(today: date) -> Iterator[Step]:
    """A weekly task whose last periods were confirmed, returned, reopened or missed, then gets another day."""
    one = example(130, today, since=75)
    one = replace(one, plan=replace(one.plan, external_id="TD-R9", deadline=None, recurring=True))
    yield one.assigned(recurrence=_RULE, **_WEEKLY)
    assigned_at = at(one.plan.assigned).astimezone(UTC)
    until = at(today - timedelta(days=2), 0)
    due = list(
        takewhile(lambda window: window.due_at < until, windows(Series(_RULE, assigned_at, Terms()), assigned_at))
    )
    fates = list(zip(reversed(due), _FATES, strict=False))
    missing = {window.key for window, fate in fates if fate == "missing"}
    for number, window in enumerate(due):
        if window.key not in missing:
            yield from _reported(one, number, window)
    for number, (window, fate) in enumerate(fates):
        yield from _judged(one, number, window, fate)
    yield one.step("another day", _STANDING, TASKS, _given_again(one))


def _given_again(one: Example) -> dict[str, Any]:
    """The same task with another rule, from now on: what lies behind stays."""
    body = dict(one.assigned(recurrence=_OTHER_RULE, **_WEEKLY).body or {})
    return {name: value for name, value in body.items() if name != "occurred_at"}


def _reported(one: Example, number: int, window: Window) -> Iterator[Step]:
    percent, text = PERIOD_REPORTS[number % len(PERIOD_REPORTS)]
    said = {"percent": percent, "text": text, "occurred_at": window.due_at - timedelta(hours=3)}
    path = task_path(STANDING_BODY, one.plan.external_id, "progress")
    yield one.step(f"report {window.key}", client_of(one.plan.lead), path, said)


def _judged(one: Example, number: int, window: Window, fate: str) -> Iterator[Step]:
    """What the lead body attaches for a period, and what the standing body decides on it a day later."""
    if fate == "missing":
        return
    told = {"occurred_at": window.due_at + timedelta(days=1)}
    if number < _PROVED:
        named = {"title": f"Sản phẩm kỳ {window.key} (minh họa)", "period": window.key}
        url = f"https://example.invalid/minh-hoa/{one.plan.external_id.lower()}-{window.key.lower()}.pdf"
        path = task_path(STANDING_BODY, one.plan.external_id, "evidence")
        lead, attached = client_of(one.plan.lead), {"occurred_at": window.due_at - timedelta(hours=2)}
        yield one.step(f"evidence {window.key}", lead, path, named | {"url": url} | attached)
    if fate == "return":
        path = f"{_API}/evidence/{{evidence_id}}/refuse"
        yield one.step(f"refuse evidence {window.key}", _STANDING, path, told | {"reason": REFUSAL})
    period = task_path(STANDING_BODY, one.plan.external_id, f"periods/{window.key}")
    if fate in ("confirm", "reopen"):
        yield one.step(f"confirm {window.key}", _STANDING, f"{period}/confirm", told)
    if fate in ("return", "reopen"):
        why = {"reason": "Thiếu số liệu của hai đơn vị (minh họa).", "occurred_at": told["occurred_at"]}
        yield one.step(f"{fate} {window.key}", _STANDING, f"{period}/{fate}", why)
