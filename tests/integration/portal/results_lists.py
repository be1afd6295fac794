"""Records of results as the stand-in lists them: documents, lines of money, scores; made up, deterministic."""

from typing import Any

from tests.integration.portal.records import NOW, SLUG, brief, iso, organisations

from sixclear.common.ids import stable_id

DOCUMENT_ID = str(stable_id("document", "1"))
_OWED_ID = str(stable_id("document", "2"))


def documents(text: str | None) -> list[dict[str, Any]]:
    """A law that was replaced, and a decree that is owed; `text` stands in place of what people wrote."""
    law = {
        "document_id": DOCUMENT_ID,
        "programme": SLUG,
        "type": "law",
        "number": "91/2025/QH15",
        "issued_on": "2025-06-26",
        "effective_on": "2026-01-01",
        "issuer": brief(organisations()[0]),
        "signer_position": text or "Chủ tịch Quốc hội",
        "subject": text or "Luật Bảo vệ dữ liệu cá nhân",
        "url": "https://example.org/luat.pdf",
        "sha256": "ab" * 32,
        "directive_id": str(stable_id("directive", "1")),
        "clause": text or "mục III.2",
        "details_id": None,
        "due_on": None,
        "replaces": [str(stable_id("document", "0"))],
        "replaced_by_id": None,
        "replaced_on": None,
        "standing": "in_force",
        "overdue": False,
        "version": 1,
    }
    nothing = dict.fromkeys(("number", "issued_on", "effective_on", "signer_position", "url", "sha256", "clause"))
    owed: dict[str, Any] = {
        "document_id": _OWED_ID,
        "type": "decree",
        "subject": text or "Quy định chi tiết Luật Bảo vệ dữ liệu cá nhân",
        "details_id": DOCUMENT_ID,
        "due_on": "2026-10-31",
        "directive_id": None,
        "replaces": [],
        "standing": "owed",
        "overdue": True,
    }
    return [law, {**law, **nothing, **owed}]


def lines(text: str | None) -> list[dict[str, Any]]:
    """A line of a task of which two stages are proven."""
    amount = {"number": 1, "dated_on": "2025-12-04", "document": text or "Báo cáo 4/12", "document_id": DOCUMENT_ID}
    unproven = ("appraised", "allocated", "disbursed", "undisbursed", "disbursed_of_allocated")
    return [
        {
            "budget_id": str(stable_id("budget", "1")),
            "task_id": str(stable_id("task", "0")),
            "programme": SLUG,
            "organisation": brief(organisations()[0]),
            "year": 2025,
            "source": text or "Ngân sách nhà nước",
            "requested": {**amount, "amount": 363_392_913_043},
            "approved": {**amount, "amount": 296_956_347_826, "document_id": None},
            **dict.fromkeys(unproven),
            "not_approved": 66_436_565_217,
            "approved_of_requested": {"numerator": 296_956_347_826, "denominator": 363_392_913_043, "percent": 81.72},
            "version": 2,
        }
    ]


def _criterion(code: str, most: float, points: float | None, **told: Any) -> dict[str, Any]:
    side = {"points": points, "not_applicable": False}
    names = {"name": told.pop("name", None) or "Chế độ báo cáo", "name_en": None}
    return {
        **{"code": code, **names, "counts": "standard", "most": most, "figure": None, "share": None},
        **{"own": side, "verified": side, **told},
    }


def scores(text: str | None) -> list[dict[str, Any]]:
    """A body that was verified, and one of which a criterion is not known."""
    share = {"numerator": 578, "denominator": 800, "of": "money allocated", "percent": 72.25}
    known = [
        _criterion("I.1", 10, 9, name=text),
        _criterion("II.4", 10, 8.5, figure="disbursed_of_allocated", share=share),
        _criterion("III.2", 0.5, 0, counts="penalty"),
    ]
    whole: dict[str, Any] = {
        "points": 17.5,
        "known_points": 17.5,
        "maximum": 20,
        "of_whole": 87.5,
        "band": None,
        "not_known": [],
    }
    part = {**whole, "points": None, "of_whole": None, "known_points": 9, "not_known": ["II.4"]}
    found = []
    for number, state, own, verified in ((1, "answered", part, None), (0, "verified", whole, whole)):
        unit = organisations()[2 + number]
        missing = [known[0], _criterion("II.4", 10, None, figure="disbursed_of_allocated"), known[2]]
        found.append(
            {
                "assessment_id": str(stable_id("assessment", str(number))),
                "organisation_id": unit["organisation_id"],
                "organisation_name": unit["name_vi"],
                "organisation_name_en": unit["name_en"],
                "edition": 2,
                "state": state,
                "answered_at": iso(NOW),
                "late_points": 2 if number else 0,
                "criteria": missing if number else known,
                "own": own,
                "verified": verified,
                "records": f"/api/tasks/v1/assessments/{stable_id('assessment', str(number))}",
                "demonstration": False,
            }
        )
    return found
