"""Assessments by two sets of criteria: the monthly one of Khánh Hòa, for last month, and Hanoi's 17, for 2025.

No report prints the answers of a body, so the tasks, the money and the answers of Khánh Hòa's four wards are made up.
Of Hanoi's 126 communes all are opened; those without a client have not answered, and what they come to is not known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import orjson

from sixclear.common.issuer.roles import client_of
from sixclear.launcher.demo.figure_steps import IMPORTS
from sixclear.launcher.demo.organisations import (
    HANOI,
    KHANH_HOA,
    communes_of_hanoi,
    wards_of_hanoi,
    wards_of_khanh_hoa,
)
from sixclear.launcher.demo.plan import TaskPlan
from sixclear.launcher.demo.steps import Step, at, task_id
from sixclear.launcher.demo.task_steps import RESULTS, TASKS, description, evidence_of

_API = "/api/tasks/v1"
MONTHLY, OF_COMMUNES = "khanh-hoa-monthly", "hanoi-communes-17"
# What the province's committee gives, and what its People's Committee gives: two criteria count them apart.
_COMMITTEE, _PEOPLES = "khanh-hoa-57", "khanh-hoa-ubnd"
_PROVINCE = client_of(KHANH_HOA)
_YEAR_OF_HANOI = "2025"
# One file is one transaction, which may last five seconds, also on a busy machine.
_ROWS = 42
_PROOF = {"title": "Hồ sơ minh chứng (minh họa)", "url": "https://example.invalid/minh-hoa/minh-chung.pdf"}
_MADE_UP = "Số liệu minh họa."
# When a task is given, due and done: days of the month. A late one is done on the last of these.
_GIVEN, _DUE, _DONE, _LATE = 2, 20, 15, 25


@dataclass(frozen=True, slots=True)
class Body:
    """A body of Khánh Hòa: how many tasks of each giver are on time, late, overdue and in term; its money; its answers.

    `money` is what was allocated and disbursed, in đồng; None: it has none, and says so. For the criterion `unproved`
    it gives itself points without evidence.
    """

    code: str
    committee: tuple[int, int, int, int]
    peoples: tuple[int, int, int, int] | None
    money: tuple[int, int] | None
    own: dict[str, float]
    verified: dict[str, float] = field(default_factory=dict)
    unproved: str | None = None


def bodies() -> tuple[Body, ...]:
    """The first has 72.25 % disbursed, which gives 72.25 / 85 × 10 = 8.50 points."""
    first, second, third, fourth = wards_of_khanh_hoa()
    most = {"I.1": 10.0, "I.2": 10.0, "II.1.3.2": 18.0, "II.2": 12.0, "II.3.1": 6.0, "II.3.2": 6.0}
    less = most | {"I.2": 5.0, "II.1.3.2": 9.0, "II.2": 8.0}
    checked = most | {"I.2": 5.0, "II.3.2": 0.0}
    return (
        Body(first, (4, 0, 0, 0), None, (4_000_000_000, 2_890_000_000), most, checked, unproved="II.3.2"),
        Body(second, (4, 1, 0, 0), (2, 0, 0, 0), (2_000_000_000, 1_800_000_000), less, less),
        Body(third, (2, 0, 1, 0), (1, 0, 0, 0), (1_000_000_000, 550_000_000), less),
        Body(fourth, (3, 0, 0, 1), None, None, less, less | {"II.3.1": 3.0}),
    )


def month_of(today: date) -> date:
    """The first day of the month that is assessed: the last one that is over, so that its scores stay as they are."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def score_steps(today: date) -> Iterator[Step]:
    """Programmes, tasks, money and answers of Khánh Hòa, then the answers of Hanoi's wards."""
    yield from _of_khanh_hoa(month_of(today))
    yield from _of_hanoi()


def _set(code: str) -> dict[str, Any]:
    """A set as it ships with the tasks service: the request that publishes it."""
    found: dict[str, Any] = orjson.loads((files("sixclear.tasks") / "data" / "criteria" / f"{code}.json").read_bytes())
    return found


def _of_khanh_hoa(first: date) -> Iterator[Step]:
    lane = "scores of Khánh Hòa"
    for slug, name_vi, name_en in (
        (_COMMITTEE, "Nhiệm vụ Ban Chỉ đạo 57 tỉnh Khánh Hòa giao (minh họa)", "Tasks given by Khánh Hòa's committee"),
        (_PEOPLES, "Nhiệm vụ UBND tỉnh Khánh Hòa giao (minh họa)", "Tasks given by Khánh Hòa's People's Committee"),
    ):
        yield Step(
            f"programme {slug}", lane, _PROVINCE, f"{_API}/programmes", _programme(slug, name_vi, name_en, first)
        )
    plans = [plan for body in bodies() for plan in _plans(body, first)]
    for programme in (_COMMITTEE, _PEOPLES):
        given = tuple(_task(plan) for plan in plans if plan.programme == programme)
        yield Step(f"assign {programme}", lane, _PROVINCE, f"{TASKS}/bulk", lines=given)
    done = [plan for plan in plans if plan.completed is not None]
    for body in bodies():
        handed_in = tuple(_handed_in(plan) for plan in done if plan.lead == body.code)
        yield Step(f"submit results of {body.code}", lane, client_of(body.code), RESULTS, lines=handed_in)
    confirmed = tuple(_confirmed(plan) for plan in done)
    yield Step("confirm results of Khánh Hòa", lane, _PROVINCE, RESULTS, lines=confirmed)
    yield Step("money of Khánh Hòa", lane, _PROVINCE, f"{IMPORTS}/amounts", lines=tuple(_amounts(first)))
    yield from _assessed(first, lane)


def _assessed(first: date, lane: str) -> Iterator[Step]:
    """The window of a month that is over is closed: the province consents in writing, and each answer is late."""
    named = {"criteria": MONTHLY, "period": f"{first:%Y-%m}"}
    yield Step(f"criteria {MONTHLY}", lane, _PROVINCE, f"{_API}/criteria", _set(MONTHLY))
    consent = {"document": "Văn bản minh họa đồng ý nộp muộn"}
    opened = [named | {"organisation": body.code, "step": "open", "consent": consent} for body in bodies()]
    yield Step(f"open {MONTHLY}", lane, _PROVINCE, f"{IMPORTS}/assessments", lines=tuple(opened))
    for body in bodies():
        answers = [_answer(code, points, proved=code != body.unproved) for code, points in body.own.items()]
        line = named | {"step": "answer", "answers": [*answers, *_without_money(body)]}
        yield Step(f"answers of {body.code}", lane, client_of(body.code), f"{IMPORTS}/assessments", lines=(line,))
    checked = [
        named
        | {"organisation": body.code, "step": "verify", "answers": [*_checked(body.verified), *_without_money(body)]}
        for body in bodies()
        if body.verified
    ]
    yield Step(f"verify {MONTHLY}", lane, _PROVINCE, f"{IMPORTS}/assessments", lines=tuple(checked))


def _answer(code: str, points: float, *, proved: bool = True) -> dict[str, Any]:
    return {"criterion": code, "points": points, "note": _MADE_UP, "evidence": [_PROOF] if proved else []}


def _checked(points: dict[str, float]) -> list[dict[str, Any]]:
    return [{"criterion": code, "points": given, "note": _MADE_UP} for code, given in points.items()]


def _without_money(body: Body) -> list[dict[str, Any]]:
    """A body to which no money was allocated says that the criterion does not apply to it."""
    return [] if body.money else [{"criterion": "II.4", "not_applicable": True, "note": _MADE_UP}]


def _programme(slug: str, name_vi: str, name_en: str, first: date) -> dict[str, Any]:
    return {
        "slug": slug,
        "name_vi": name_vi,
        "name_en": f"{name_en} (example)",
        "resolution": "57-NQ/TW",
        "source_vi": "Quy định 11-QĐ/TU của Tỉnh ủy Khánh Hòa nêu tiêu chí; từng bản ghi được sinh ra để minh họa.",
        "source_en": "Regulation 11-QĐ/TU of Khánh Hòa has the criteria; each record is generated to illustrate them.",
        "owner": KHANH_HOA,
        "reach": "own",
        "demonstration": True,
        "occurred_at": at(first),
    }


def _plans(body: Body, first: date) -> Iterator[TaskPlan]:
    """The tasks of a body, given on one day of the month."""
    for programme, counts in ((_COMMITTEE, body.committee), (_PEOPLES, body.peoples)):
        on_time, late, overdue, in_term = counts or (0, 0, 0, 0)
        ends: Sequence[tuple[date, date | None]] = (
            *([(first.replace(day=_DUE), first.replace(day=_DONE))] * on_time),
            *([(first.replace(day=_DUE), first.replace(day=_LATE))] * late),
            *([(first.replace(day=_DUE), None)] * overdue),
            *([(first + timedelta(days=90), None)] * in_term),
        )
        for number, (deadline, completed) in enumerate(ends, start=1):
            name = f"{'KH' if programme == _COMMITTEE else 'KH-UB'}-{body.code}-{number}"
            yield TaskPlan(name, programme, body.code, first.replace(day=_GIVEN), deadline, completed)


def _task(plan: TaskPlan) -> dict[str, Any]:
    return description(plan) | {
        "programme": plan.programme,
        "assigned_by": "province",
        "assigning_organisation": KHANH_HOA,
        "occurred_at": at(plan.assigned),
    }


def _named(plan: TaskPlan) -> dict[str, Any]:
    return {"task_id": str(task_id(KHANH_HOA, plan.external_id))}


def _handed_in(plan: TaskPlan) -> dict[str, Any]:
    return _named(plan) | evidence_of(plan) | {"step": "submit", "occurred_at": _done_at(plan, 8)}


def _confirmed(plan: TaskPlan) -> dict[str, Any]:
    return _named(plan) | {"step": "confirm", "occurred_at": _done_at(plan, 14)}


def _done_at(plan: TaskPlan, hour: int) -> datetime:
    assert plan.completed is not None
    return at(plan.completed, hour)


def _amounts(first: date) -> Iterator[dict[str, Any]]:
    day = first.replace(day=_DONE)
    for body in bodies():
        if body.money is not None:
            for stage, amount in zip(("allocated", "disbursed"), body.money, strict=True):
                yield {
                    "programme": _COMMITTEE,
                    "organisation": body.code,
                    "year": first.year,
                    "source": "Ngân sách tỉnh (minh họa)",
                    "stage": stage,
                    "amount": amount,
                    "dated_on": day,
                    "document": "Văn bản minh họa",
                    "occurred_at": at(day, 10),
                }


def _of_hanoi() -> Iterator[Step]:
    """Wards with a client answer by turns, and the city verifies those of the first three."""
    lane, city, path = "scores of Hanoi", client_of(HANOI), f"{IMPORTS}/assessments"
    named = {"criteria": OF_COMMUNES, "period": _YEAR_OF_HANOI}
    asked = _set(OF_COMMUNES)
    yield Step(f"criteria {OF_COMMUNES}", lane, city, f"{_API}/criteria", asked)
    communes = [named | {"organisation": code, "step": "open"} for code in communes_of_hanoi()]
    for start in range(0, len(communes), _ROWS):
        lines = tuple(communes[start : start + _ROWS])
        yield Step(f"open {OF_COMMUNES} {start}", lane, city, path, lines=lines)
    codes = [one["code"] for group in asked["groups"] for one in group["criteria"]]
    verified = []
    for number, ward in enumerate(wards_of_hanoi()):
        met = {code: float((place + number) % (number + 3) > 0) for place, code in enumerate(codes)}
        line = named | {"step": "answer", "answers": [_answer(code, points) for code, points in met.items()]}
        yield Step(f"17 criteria of {ward}", lane, client_of(ward), path, lines=(line,))
        if number < _VERIFIED:
            checked = _checked(met | {codes[-1]: 0.0})
            verified.append(named | {"organisation": ward, "step": "verify", "answers": checked})
    yield Step(f"verify {OF_COMMUNES}", lane, city, path, lines=tuple(verified))


_VERIFIED = 3
