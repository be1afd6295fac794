"""What hangs on a task, and the fields that its programme adds, as the stand-in answers it."""

from datetime import datetime, timedelta
from typing import Any

from tests.integration.portal.records import NOW, SLUG, brief, iso, organisation, organisations, standing_body

from sixclear.common.ids import stable_id

LEAD, BOARD = brief(organisations()[0]), brief(standing_body())
# The second one is not public: it is in no answer to everyone, and no page shows its label.
OWN_FIELDS: tuple[tuple[str, str, str, str, bool], ...] = (
    ("budget", "number", "Kinh phí dự kiến", "Planned budget", True),
    ("note", "text", "Ghi chú nội bộ", "Internal note", False),
    ("area", "choice", "Lĩnh vực", "Area", True),
    ("pilot", "yes_no", "Làm thí điểm", "Pilot", True),
    ("checked-on", "date", "Ngày kiểm tra", "Day of the check", True),
    ("plan", "link", "Kế hoạch", "Plan", True),
    ("adviser", "reference", "Cơ quan tư vấn", "Advising body", True),
    ("place", "text", "Nơi làm", "Place", True),
)
OWN_VALUES: dict[str, str | bool | int | float] = {
    "budget": 1250.5,
    "note": "không ai được thấy",
    "area": "data",
    "pilot": True,
    "checked-on": "2026-12-04",
    "plan": "https://example.org/ke-hoach",
    "adviser": str(LEAD["organisation_id"]),
    "place": "Ba phường",
}
WORK_GROUPS = [
    {
        "code": "nhom-2",
        "label_vi": "Hạ tầng",
        "label_en": "Infrastructure",
        "parts": [{"code": "nhom-2-1", "label_vi": "Mạng lưới", "label_en": "Networks"}],
    }
]
_CHOICES = [{"value": "data", "label_vi": "Dữ liệu", "label_en": "Data"}]


def own_fields() -> list[dict[str, Any]]:
    """The fields of the programme."""
    return [
        {
            "name": name,
            "kind": kind,
            "label_vi": label_vi,
            "label_en": label_en,
            "unit": "triệu đồng" if kind == "number" else None,
            "choices": _CHOICES if kind == "choice" else [],
            "required": False,
            "public": public,
        }
        for name, kind, label_vi, label_en, public in OWN_FIELDS
    ]


NATIONAL_DAY = {
    "day": "2026-09-02",
    "effect": "off",
    "name_vi": "Quốc khánh",
    "name_en": "National Day",
    "legal_basis": "45/2019/QH14, Điều 112",
}


def evidence(title: str, number: int, **decided: Any) -> dict[str, Any]:
    """A piece of evidence that waits, or what was decided on it."""
    waiting = {"state": "waiting", "reason": None, "decided_by": None, "decided_at": None}
    return {
        "evidence_id": str(stable_id("evidence", str(number))),
        "task_version": 3,
        "title": title,
        "url": f"https://example.org/{number}.pdf",
        "file_id": None,
        "sha256": "ab" * 32,
        "period": None,
        "organisation": LEAD,
        "occurred_at": iso(NOW),
        "recorded_at": iso(NOW),
        "proves": [],
        "redacted_at": None,
        "redaction_reason": None,
        "version": 1,
        **waiting,
        **decided,
    }


def milestone(task_id: str, number: int, title: str, **more: Any) -> dict[str, Any]:
    """A part of a task, due in so many weeks."""
    due = iso(NOW + timedelta(weeks=number))
    plain = dict.fromkeys(("reached_at", "evidence_id", "lapsed_at"))
    return {
        "milestone_id": str(stable_id("milestone", str(number))),
        "task_id": task_id,
        "title": title,
        "weight": 10 * (number + 3),
        "original_deadline": due,
        "current_deadline": due,
        "evidence_state": None,
        "overdue": False,
        "version": 1,
        **plain,
        **more,
    }


def period(task_id: str, key: str, due_at: datetime, status: str, timing: str | None, **more: Any) -> dict[str, Any]:
    """A week of a recurring task."""
    rule_day = more.pop("rule_day", due_at.date())
    due = {"rule_day": rule_day.isoformat(), "due_day": due_at.date().isoformat(), "roll": "next"}
    moved = {"special": [NATIONAL_DAY], "legal_basis": "91/2015/QH13, Art. 148.5"} if rule_day != due_at.date() else {}
    return {
        "period_id": str(stable_id("period", key)),
        "task_id": task_id,
        "key": key,
        "series": 1,
        "rule": "FREQ=WEEKLY;BYDAY=FR",
        "opens_at": iso(due_at - timedelta(days=7)),
        "due_at": iso(due_at),
        "due": {"edition": "2026.1", "special": [], "legal_basis": None, **due, **moved},
        "locks_at": iso(due_at + timedelta(days=28)),
        "status": status,
        "timing": timing,
        "reported_at": None,
        "percent": None,
        "text": None,
        "needs_confirmation": False,
        "version": 1,
        **more,
    }


def decision(task_id: str, number: int, kind: str, state: str, **more: Any) -> dict[str, Any]:
    """What the lead body asked for, and what the board decided."""
    value = dict.fromkeys(("deadline", "organisation", "work_group", "replaced_by"))
    asked_at = NOW - timedelta(days=40 - number)
    decided = state not in ("asked", "withdrawn")
    values = ("former", "proposed", "decided")
    told: dict[str, Any] = {name: value | more.pop(name) for name in values if name in more}
    return {
        "decision_id": str(stable_id("decision", str(number))),
        "task_id": task_id,
        "programme": SLUG,
        "organisation": LEAD,
        "kind": kind,
        "state": state,
        "reason": "Chờ văn bản của cơ quan phối hợp.",
        "document": "12/CV",
        "former": value,
        "proposed": value,
        "decided": value if decided and state != "refused" else None,
        "asked_by": LEAD,
        "asked_at": iso(asked_at),
        "asked_late": False,
        "decide_by": iso(asked_at + timedelta(days=7)),
        "awaited": state == "asked",
        "decided_by": BOARD if decided else None,
        "decided_at": iso(asked_at + timedelta(days=3)) if decided else None,
        "decision_reason": None,
        "part_of": None,
        "demonstration": False,
        "version": 2,
        **told,
        **more,
    }


def comment(task_id: str, number: int, text: str, **more: Any) -> dict[str, Any]:
    """What a supervising body said of a task."""
    front = organisation("MTTQ", "Mặt trận Tổ quốc Việt Nam", "Viet Nam Fatherland Front", "central")
    return {
        "comment_id": str(stable_id("comment", str(number))),
        "task_id": task_id,
        "text": text,
        "commented_by": brief(front),
        "commented_at": iso(NOW - timedelta(days=number)),
        "answer": None,
        "answered_by": None,
        "answered_at": None,
        "version": 1,
        **more,
    }


def page_of(items: list[dict[str, Any]], cursor: str, of_a_page: int, **told: Any) -> dict[str, Any]:
    """A page of a list; a cursor is the number of its first item."""
    first = int(cursor or 0)
    following = str(first + of_a_page) if len(items) > first + of_a_page else None
    return {"items": items[first : first + of_a_page], "next": following, **told}


_COUNTS = {"waiting": 0, "accepted": 2, "refused": 1}
_RULE_DAY = (NOW - timedelta(days=18)).date()


class Hanging:
    """What hangs on each task of the stand-in, the newest first."""

    # So many of each list are on a page.
    of_a_page = 100

    def comments(self, task_id: str) -> list[dict[str, Any]]:
        answered = {"answer": "Đã bổ sung nhân lực.", "answered_by": LEAD, "answered_at": iso(NOW)}
        return [
            comment(task_id, 1, "Đề nghị báo cáo rõ phần việc của địa phương."),
            comment(task_id, 2, "Tiến độ chậm so với kế hoạch.", **answered),
        ]

    def evidence(self) -> list[dict[str, Any]]:
        told = {"decided_by": BOARD, "decided_at": iso(NOW)}
        return [
            evidence("Dự thảo Thông tư", 1),
            evidence("Biên bản nghiệm thu", 2, state="accepted", proves=["runs", "has_real_users"], **told),
            evidence("Ảnh chụp màn hình", 3, state="refused", reason="Ảnh không có ngày.", period="2026-W46", **told),
            evidence("Danh sách", 4, redacted_at=iso(NOW), redaction_reason="Có số điện thoại của người dân."),
        ]

    def milestones(self, task_id: str) -> dict[str, Any]:
        moved = {"original_deadline": iso(NOW - timedelta(weeks=3))}
        reached = {"reached_at": iso(NOW - timedelta(days=9)), "evidence_state": "accepted"}
        items = [
            milestone(task_id, -2, "Khảo sát hiện trạng", **reached),
            milestone(task_id, -1, "Lấy ý kiến các bộ", overdue=True),
            milestone(task_id, 2, "Trình ban hành", **moved),
            milestone(task_id, 3, "Sơ kết", lapsed_at=iso(NOW)),
        ]
        shares = {"reached_percent": 12.5, "accepted_percent": 12.5, "reported_percent": 60}
        return {"items": items, "next": None, "weight": 80, "reached_weight": 10, "accepted_weight": 10, **shares}

    def periods_of(self, task_id: str) -> list[dict[str, Any]]:
        due = NOW.replace(hour=10) - timedelta(days=2)
        told = {"reported_at": iso(due - timedelta(days=8)), "percent": 70, "text": "Đã rà soát."}
        late = {"reported_at": iso(due - timedelta(days=10)), "percent": 55, "text": "Đã rà soát, muộn."}
        return [
            period(task_id, "2026-W48", due + timedelta(days=7), "open", "pending"),
            period(task_id, "2026-W47", due, "missed", "missing"),
            period(task_id, "2026-W46", due - timedelta(days=7), "confirmed", "on_time", **told, evidence=_COUNTS),
            period(task_id, "2026-W45", due - timedelta(days=14), "reported", "late", **late, rule_day=_RULE_DAY),
        ]

    def decisions(self, task_id: str) -> list[dict[str, Any]]:
        former, later, latest = ({"deadline": iso(NOW + timedelta(days=days))} for days in (12, 30, 45))
        other = {"organisation": brief(organisation("G01", "Bộ Công an", "Ministry of Public Security", "central"))}
        parts = {"replaced_by": [str(stable_id("task", number)) for number in ("4", "5")]}
        said = {"decision_reason": "Chỉ lùi mười tám ngày."}
        granted = {"former": former, "proposed": latest, "decided": later, "asked_late": True, **said}
        refused = {"proposed": latest, "decision_reason": "Kế hoạch chung không cho phép."}
        return [
            decision(task_id, 7, "extension", "refused", former=former, **refused),
            decision(task_id, 6, "cancellation", "asked", objection=True),
            decision(task_id, 5, "pause", "withdrawn"),
            decision(task_id, 4, "split", "asked", proposed=parts),
            decision(task_id, 3, "regrouping", "granted", proposed={"work_group": "nhom-2"}),
            decision(task_id, 2, "transfer", "declined", former={"organisation": LEAD}, proposed=other),
            decision(task_id, 1, "extension", "granted_otherwise", **granted),
        ]
