"""What tasks tells of sets of criteria and of assessments."""

from datetime import timedelta
from typing import Any

from tests.unit.tasks.criteria.test_criteria_rules import MONTHLY, content_of

from sixclear.common.bus.envelope import Envelope
from sixclear.common.ids import stable_id


def criteria(events: Any, code: str = MONTHLY, *, edition: int = 1, within: str = "01", **changes: Any) -> Envelope:
    """The event of a set: Khánh Hòa's monthly one, whose tasks are those of `nq57-central` and `hanoi`."""
    content: dict[str, Any] = content_of(MONTHLY)
    programmes = {"khanh-hoa-57": "nq57-central", "khanh-hoa-ubnd": "hanoi"}
    for group in content["groups"]:
        group["criteria"] = [
            one
            | {"denominator": "all given in the year" if one["figure"] else None}
            | {"programme": programmes.get(one["programme"])}
            for one in group["criteria"]
        ]
    facts = {"code": code, "edition": edition, "name": "Tiêu chí hằng tháng", "every": "month"}
    told: Envelope = events.on_task(
        "criteria", f"{code} {edition}", "published", facts | content | changes, lead=within
    )
    return told


def assessment(
    events: Any, body: str, change: str = "opened", *, period: str = "2025-12", code: str = MONTHLY, **changes: Any
) -> Envelope:
    """The event of an assessment of a commune; it is due in ten days."""
    facts = {
        "criteria_id": str(stable_id("criteria", f"{code} 1")),
        "criteria": code,
        "level": "commune",
        "period": period,
        "state": {"opened": "open", "consented": "open"}.get(change, change),
        "due_at": (events.now + timedelta(days=10)).isoformat(),
        "answered_at": None,
        "verified_at": None,
        "answers": [],
    }
    told: Envelope = events.on_task("assessment", f"{code} {body} {period}", change, {}, lead=body, **facts | changes)
    return told


def answered(
    criterion: str, points: float | None, *, evidence: int = 1, verified: float | None = None
) -> dict[str, Any]:
    """What a body said of a criterion, and what was verified of it."""
    return {
        "criterion": criterion,
        "answered": True,
        "self_points": points,
        "self_not_applicable": points is None,
        "evidence": evidence,
        "verified": verified is not None,
        "verified_points": verified,
        "verified_not_applicable": False,
    }
