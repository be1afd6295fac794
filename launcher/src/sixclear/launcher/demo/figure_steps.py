"""Every figure of the five reports that is no record of its own: indicators with values, targets and due days.

What is measured stands in `data/indicators.json`, which names each figure by its place in `seed-facts.json`: none is
typed twice. The owner of the programme publishes a value with the report as its document, as true on the report's day.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from sixclear.common.issuer.roles import STANDING_BODY
from sixclear.launcher.demo.organisations import HANOI
from sixclear.launcher.demo.plan import CENTRAL, CITY
from sixclear.launcher.demo.steps import Step, at, facts
from sixclear.launcher.demo.task_steps import OWNER_CLIENT

IMPORTS = "/api/tasks/v1/imports"
_OF_HANOI = "hanoi-"
_METHOD = "Số do báo cáo công bố (số bài {report}); phần mềm không tính lại."
_DUE = " Hạn theo báo cáo: {:%-d/%-m/%Y}."
_REASON = "Báo cáo không nêu hạn của mục tiêu này; kỳ đạt là của bộ dữ liệu minh họa."
# Which figure a note repeats.
_NAMED = re.compile(r"\{([a-z_.]+)\}")


@cache
def indicators() -> tuple[Mapping[str, Any], ...]:
    """What is measured, with the places of its figures."""
    found: list[dict[str, Any]] = orjson.loads((files(__package__) / "data" / "indicators.json").read_bytes())
    return tuple(found)


def fact(place: str) -> Any:
    """The published figure at a place such as `hanoi.delegates`."""
    found: Any = facts()
    for name in place.split("."):
        found = found[name]
    return found


def figure_steps() -> Iterator[Step]:
    """Indicators, then targets and values: three files for each of the two programmes."""
    for programme in (CENTRAL, CITY):
        own = [one for one in indicators() if _programme(one) == programme]
        for kind, lines in (
            ("indicators", [_described(one) for one in own]),
            ("targets", [_targets(one) for one in own if "targets" in one or "due" in one]),
            ("values", [line for one in own for line in _values(one)]),
        ):
            name, lane, client = f"{kind} of {programme}", f"figures of {programme}", OWNER_CLIENT[programme]
            yield Step(name, lane, client, f"{IMPORTS}/{kind}", lines=tuple(lines))


def _programme(one: Mapping[str, Any]) -> str:
    return CITY if one["code"].startswith(_OF_HANOI) else CENTRAL


def _body(one: Mapping[str, Any]) -> str:
    return HANOI if _programme(one) == CITY else STANDING_BODY


def _report(one: Mapping[str, Any]) -> tuple[str, date]:
    """What the report is called, and its day."""
    report = facts()["reports"][one["report"]]
    day = date.fromisoformat(report["date"])
    return f"{report['publisher']}, {day:%-d/%-m/%Y}", day


def _described(one: Mapping[str, Any]) -> dict[str, Any]:
    told = ("code", "name_vi", "name_en", "kind", "unit", "direction", "value_type", "cumulative", "period_unit")
    due = _DUE.format(date.fromisoformat(fact(one["due"]))) if "due" in one else ""
    return {name: one[name] for name in (*told, "decimals")} | {
        "programme": _programme(one),
        "source": _report(one)[0],
        "method": _METHOD.format(report=one["report"]) + due,
        "statements": {"limits": one.get("limits")},
        "supplies": [{"organisation": _body(one)}],
        "occurred_at": at(date(2025, 7, 1), 10),
    }


def _targets(one: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be reached: a figure, a range, or that something is there in the month in which it is due."""
    told = one.get("targets", {})
    aims = told.get("at") or {fact(one["due"])[:7]: 1}
    baseline = None
    if "baseline" in told:
        first = one["values"][0]
        baseline = {"period": told["baseline"], "value": _number(first["number"])}
    return {
        "indicator": one["code"],
        "organisation": _body(one),
        "baseline": baseline,
        "targets": [{"period": period} | _aim(aim) for period, aim in aims.items()],
        "reason": None if "due" in one else one.get("limits", _REASON),
    }


def _aim(aim: Any) -> dict[str, Any]:
    if isinstance(aim, list):
        return {"low": _number(aim[0]), "high": _number(aim[1])}
    return {"value": _number(aim)}


def _number(place: Any) -> str:
    """A figure in digits; `place` is where it stands, or the figure itself."""
    return str(Decimal(str(fact(place) if isinstance(place, str) else place)))


def _values(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    called, day = _report(one)
    for value in one.get("values", ()):
        parts = {name: _number(value[name]) for name in ("number", "numerator", "denominator") if name in value}
        places = ", ".join(value[name] for name in parts)
        yield parts | {
            "indicator": one["code"],
            "organisation": _body(one),
            "period": value["period"],
            "bound": value.get("bound"),
            "note": _NAMED.sub(lambda found: str(fact(found[1])).replace(".", ","), value.get("note", "")) or None,
            "provenance": {"file": "seed-facts.json", "derived_from": f"{called}: {places}"},
            "approved_by": {"number": f"{called} ({one['report']})", "issued_on": day},
            "occurred_at": reported_at(one["report"]),
        }


def reported_at(report: str) -> datetime:
    """When the figures of a report are true: at the instant that it names, else at the end of its day."""
    told = facts()["tasks"]
    if told["source"] == report:
        return datetime.fromisoformat(told["as_of"])
    return at(date.fromisoformat(facts()["reports"][report]["date"]), 17)
