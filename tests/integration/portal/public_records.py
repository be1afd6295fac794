"""What everyone reads of feedback, as the stand-in answers it: public copies, ideas, satisfaction; made up."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.integration.portal.records import NOW, brief, iso, organisations
from tests.integration.portal.upstream_steps import PROPOSAL, TASK

from sixclear.common.ids import stable_id

COPY_ID, OPEN_ID = (str(stable_id("publication", name)) for name in ("answered", "open"))
PROPOSAL_ID = PROPOSAL["proposal_id"]
FIELDS = [
    {"code": "health", "vi": "Y tế", "en": "Health", "threshold": 200},
    {"code": "transport", "vi": "Giao thông", "en": "Transport", "threshold": 0},
]


def copy_clock(**told: Any) -> dict[str, Any]:
    """A clock that stands in time, as of the start of the day."""
    none = dict.fromkeys(("first_due_on", "reopened_on", "answered_on", "answered_in_time"))
    days = {"received_on": "2026-10-19", "due_on": "2026-11-24", "state": "in_time", "as_of": "2026-11-21"}
    return none | days | told


def public_copies(text: str | None) -> list[dict[str, Any]]:
    """One with the answer of its body and of the head, and one that waits; `text` stands for what people wrote."""
    answered = {
        "publication_id": COPY_ID,
        "kind": "recommendation",
        "title": text or "Bỏ bản giấy khi đã nộp trực tuyến",
        "field": "health",
        "place": brief(organisations()[-1]),
        "organisation": brief(organisations()[0]),
        "programme": "nq57-central",
        "outcome": "accepted_in_part",
        "answered": True,
        "published_on": "2026-11-20",
        "revised_on": "2026-11-21",
        "demonstration": False,
        "text": text or "Xã tôi vẫn đòi bản giấy sau khi đã nộp trực tuyến.",
        "answer": text or "Từ tháng 12 không đòi bản giấy nữa.",
        "head_answer": {
            "head": text or "Bộ trưởng Bộ Khoa học và Công nghệ",
            "points": [{"point": text or "Đòi bản giấy là sai", "answer": text or "Đúng, đã nhắc các xã."}],
        },
        "head_answered_on": "2026-11-21",
        "clock": copy_clock(
            first_due_on="2026-11-09", answered_on="2026-11-18", answered_in_time=True, state="answered"
        ),
        "steps": [
            {"words": text or "Nhắc mọi xã", "due_on": "2026-11-19", "done_on": "2026-11-18", "overdue": False},
            {"words": None, "due_on": "2026-11-20", "done_on": None, "overdue": True},
        ],
        "open_steps": 1,
    }
    nothing = dict.fromkeys(("place", "organisation", "programme", "outcome", "revised_on", "answer", "head_answer"))
    waits = {
        "publication_id": OPEN_ID,
        "kind": "initiative",
        "field": "not-known-yet",
        "title": text or "Xe buýt cho người khuyết tật",
        "answered": False,
        "published_on": "2026-11-19",
        "head_answered_on": None,
        "demonstration": True,
        "clock": copy_clock(due_on="2026-11-09", state="overdue"),
        "steps": [],
        "open_steps": 0,
    }
    return [answered, {**answered, **nothing, **waits}]


def endorsements(**told: Any) -> dict[str, Any]:
    """Support that is short of its threshold."""
    none = {"owed_on": None, "head_answered_on": None}
    return {"publication_id": COPY_ID, "verified": 187, "unverified": 1_204, "threshold": 200} | none | told


def satisfaction(**raters: Any) -> dict[str, Any]:
    """Of 200 answers 50 were rated."""
    said = {"answered": 200, "response_rate": 0.25, "rated": 50, "solved": 31, "partly": 12, "not_solved": 7}
    return {
        "organisation_id": None,
        "year": 2026,
        "as_of": iso(NOW - timedelta(hours=3)),
        "national": {"cases": 240, "share": 0.8125},
        "of_raters": said | {"share": 0.62} | raters,
        "demonstration": 0,
    }


def figures(**told: Any) -> dict[str, Any]:
    """What became of the cases of one group."""
    said = {"solved": 9, "partly": 3, "not_solved": 2, "silent": 6, "response_rate": 0.7, "share": 0.6429}
    cases = {"received": 31, "answered_in_time": 20, "answered_late": 5, "waiting": 6, "overdue": 0}
    return cases | {"closed_without_answer": 0, "satisfaction": said, "suppressed": None} | told


def year_figures(**told: Any) -> dict[str, Any]:
    """Of a year: one kind that is told, and others that are too few."""
    hidden = ("answered_in_time", "answered_late", "waiting", "overdue", "closed_without_answer")
    unsaid = dict.fromkeys(("solved", "partly", "not_solved", "silent", "response_rate", "share"))
    few = {**dict.fromkeys(hidden), "received": 7, "suppressed": "too_few", "satisfaction": unsaid}
    nameless = {"code": None, "name_vi": None, "name_en": None}
    items = [
        figures(group="named", code="initiative", name_vi="Sáng kiến", name_en="Initiative"),
        figures(group="others", **nameless, **few),
    ]
    page = {"items": items, "next": None, "total": len(items), "total_is_lower_bound": False}
    return page | {
        "by": "kind",
        "year": 2026,
        "received_before": "2026-11-01",
        "as_of": iso(NOW - timedelta(hours=10)),
        "least": 5,
        "whole": figures(received=38, waiting=13),
        "demonstration": 0,
        "note_vi": "Chỉ người đã gửi mới được đếm.",
        "note_en": "Only those who wrote are counted.",
        **told,
    }


def ideas(text: str | None) -> list[dict[str, Any]]:
    """One in progress, one whose task is not open yet, and one that was taken down while its task went on."""
    named: dict[str, Any] = {"title": text, "abstract": text} if text else {}
    waits = {"proposal_id": str(stable_id("proposal", "2")), "title": text or "Sổ tay số", "tasks": []}
    gone = {
        "proposal_id": str(stable_id("proposal", "3")),
        "status": "withdrawn",
        "title": None,
        "abstract": None,
        "promised_steps": [],
        "withdrawn_at": iso(NOW),
        "tasks": [TASK | {"stage": "proposed", "assigned_at": None, "percent": None, "last_report_at": None}],
    }
    earlier = {"accepted_at": iso(NOW - timedelta(days=9))}
    return [PROPOSAL | named, PROPOSAL | named | waits, PROPOSAL | gone | earlier]


@dataclass
class PublicFeedback:
    """What everyone reads of feedback, where a test says it otherwise; `looked_for` what was looked for."""

    cases: dict[str, Any] = field(default_factory=dict)
    support: dict[str, Any] = field(default_factory=endorsements)
    said: dict[str, Any] = field(default_factory=satisfaction)
    of_year: dict[str, Any] = field(default_factory=year_figures)
    many: bool = False
    looked_for: list[str] = field(default_factory=list)
    # Keys of endorsements, each as often as it came.
    too_many: bool = False
    told_clock: bool = True
    endorsed: list[str] = field(default_factory=list)
