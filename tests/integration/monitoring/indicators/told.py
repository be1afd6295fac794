"""What tasks tells of indicators and their values."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.integration.monitoring.conftest import organisation_id

from sixclear.common.bus.envelope import Envelope
from sixclear.common.ids import stable_id
from sixclear.common.spans import span_of


def indicator(
    events: Any,
    code: str,
    change: str = "registered",
    *,
    levels: Sequence[str] = (),
    bodies: Sequence[str] = (),
    targets: dict[str, Any] | None = None,
    **more: Any,
) -> Envelope:
    """An event of an indicator that is counted each month of bodies of some levels, and of some by name."""
    supplies = [{"level": level, "organisation_id": None, "supplier_organisation_id": None} for level in levels]
    supplies += [
        {"level": None, "organisation_id": str(organisation_id(body)), "supplier_organisation_id": None}
        for body in bodies
    ]
    data = {
        "change": change,
        "indicator_id": str(stable_id("indicator", code)),
        "code": code,
        "programme": "nq57-central",
        "name_vi": f"Chỉ tiêu {code}",
        "name_en": None,
        "kind": "strategic",
        "definition": 1,
        "unit": "hồ sơ",
        "direction": "up",
        "value_type": "count",
        "cumulative": False,
        "period_unit": "month",
        "decimals": 0,
        "supplies": supplies,
        "targets": targets,
        "demonstration": False,
    }
    told: Envelope = events.event("tasks", "indicator", stable_id("indicator", code), change, data | more)
    return told


def targets(body: str, *aims: tuple[str, str], baseline: tuple[str, str] | None = None) -> dict[str, Any]:
    """The targets of a body by the ends of periods, on a straight way from where it began."""
    return {
        "organisation_id": str(organisation_id(body)),
        "number": 1,
        "trajectory": "linear",
        "baseline": baseline and {"period": baseline[0], "value": baseline[1]},
        "targets": [{"period": period, "value": value, "low": None, "high": None} for period, value in aims],
        "points": [],
    }


def value(
    events: Any,
    code: str,
    body: str,
    period: str,
    change: str = "approved",
    *,
    level: str = "commune",
    true_from: datetime | None = None,
    **said: Any,
) -> Envelope:
    """An event of a value; what is said are `number`, or `numerator` and `denominator`, and a `bound`."""
    identifier = stable_id("value", f"{code} {body} {period}")
    if change == "withdrawn":
        told: Envelope = events.event("tasks", "value", identifier, change, {})
        return told
    span = span_of(period)
    assert span is not None
    measured = ("number", "numerator", "denominator")
    held = any(name in said for name in measured)
    data = {
        "value_id": str(identifier),
        "indicator_id": str(stable_id("indicator", code)),
        "indicator": code,
        "programme": "nq57-central",
        "organisation_id": str(organisation_id(body)),
        "level": level,
        "period": period,
        "last_day": span.last.isoformat(),
        "status": change if change in ("submitted", "returned") else "approved",
        "value_type": "count",
        "definition": 1 if held else None,
        "bound": None,
        "demonstration": False,
        **dict.fromkeys(measured),
    }
    numbers = {name: str(said.pop(name)) for name in measured if name in said}
    told = events.event("tasks", "value", identifier, change, data | said | numbers)
    since = (true_from or told.occurred_at) if held else None
    told.data["true_from"] = since and since.isoformat()
    return replace(told, occurred_at=since) if change in ("approved", "corrected") and since is not None else told
