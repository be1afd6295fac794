"""One value in each state: typed, submitted, returned, approved, corrected, withdrawn; all made up, around today."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sixclear.common.issuer.roles import STANDING_BODY, client_of
from sixclear.launcher.demo.figure_steps import IMPORTS
from sixclear.launcher.demo.organisations import agencies
from sixclear.launcher.demo.steps import Step, at
from sixclear.launcher.demo.today_steps import TODAY

_API = "/api/tasks/v1"
_STANDING = client_of(STANDING_BODY)
_CODE = "td-online-files"
_LANE = "values of today"
_WHY = "Một đơn vị gửi lại số liệu (minh họa)."


def value_steps(today: date) -> Iterator[Step]:
    """An indicator of six bodies, its targets by stated points, and what becomes of the values of last month."""
    last = today.replace(day=1) - timedelta(days=1)
    bodies = agencies()[:6]
    yield _file("indicators", _indicator(bodies, today))
    yield _file("targets", _targets(bodies[3], last, today))
    drafted, submitted, returned, approved, corrected, withdrawn = bodies
    yield _typed(drafted, last, 610, submit=False)
    yield _typed(submitted, last, 720)
    yield _typed(returned, last, 830)
    yield _decided("return", returned, reason=_WHY)
    yield _typed(approved, last, 840)
    yield _decided("approve", approved)
    yield _typed(corrected, last, 650)
    yield _decided("approve", corrected)
    yield _typed(corrected, last, 690, reason=_WHY)
    yield _decided("approve", f"{corrected} again")
    yield _typed(withdrawn, last, 990)
    yield _decided("approve", withdrawn)
    yield _decided("withdraw", withdrawn, reason="Số liệu của một hệ thống khác (minh họa).")


def _file(kind: str, line: dict[str, Any]) -> Step:
    return Step(f"{kind} of today", _LANE, _STANDING, f"{IMPORTS}/{kind}", lines=(line,))


def _indicator(bodies: tuple[str, ...], today: date) -> dict[str, Any]:
    return {
        "code": _CODE,
        "programme": TODAY,
        "name_vi": "Hồ sơ nộp trực tuyến trong tháng (minh họa)",
        "name_en": "Files sent online in the month (example)",
        "kind": "operational",
        "unit": "%",
        "direction": "up",
        "value_type": "ratio",
        "cumulative": False,
        "period_unit": "month",
        "source": "Hệ thống một cửa của từng cơ quan (minh họa)",
        "method": "Hồ sơ nộp trực tuyến chia cho tổng số hồ sơ trong tháng.",
        "statements": {"verified_by": "Đối soát với hệ thống một cửa (minh họa).", "accuracy": "Hai chữ số thập phân."},
        "supplies": [{"organisation": code} for code in bodies],
        "occurred_at": at(today - timedelta(days=90)),
    }


def _targets(body: str, last: date, today: date) -> dict[str, Any]:
    before = last.replace(day=1) - timedelta(days=1)
    return {
        "indicator": _CODE,
        "organisation": body,
        "baseline": {"period": f"{before:%Y-%m}", "value": 70},
        "trajectory": "points",
        "points": [{"period": f"{last:%Y-%m}", "value": 80}],
        "targets": [{"period": f"{today.year + 1}-12", "value": 95}],
    }


def _typed(body: str, last: date, online: int, *, submit: bool = True, reason: str | None = None) -> Step:
    told = {
        "period": f"{last:%Y-%m}",
        "numerator": online,
        "denominator": 1000,
        "provenance": {"system": "Hệ thống một cửa (minh họa)"},
        "submit": submit,
        "reason": reason,
    }
    name = f"value of {body}" if reason is None else f"value of {body} again"
    return Step(name, _LANE, client_of(body), f"{_API}/indicators/{_CODE}/values", told)


def _decided(decision: str, body: str, **told: str) -> Step:
    """What the owner of the programme decides on the value that was typed last."""
    return Step(f"{decision} value of {body}", _LANE, _STANDING, f"{_API}/values/{{value_id}}/{decision}", told)
