"""Results as the stand-in answers them: indicators, money, documents, criteria; made up, deterministic."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tests.integration.portal.records import SLUG, brief, organisation, organisations, standing_body

from sixclear.common.ids import stable_id

# Code, names, unit, type, direction; the newest figure with its bound, its target, and what is behind.
_INDICATORS: tuple[dict[str, Any], ...] = (
    {
        "code": "online-services",
        "names": ("Dịch vụ công đủ điều kiện được cung cấp trực tuyến toàn trình", "Eligible services wholly online"),
        "measured": ("%", "ratio", "up"),
        "latest": {"figure": "92.51", "origin": "own", "gap": "-2.49", "behind": True, "met": False},
        "reached": ("97.38", "97.38"),
        "target": ("2026-10-31", "95"),
    },
    {
        "code": "villages-without-signal",
        "names": ("Thôn, bản chưa có sóng di động", "Villages without mobile signal"),
        "measured": ("thôn, bản", "count", "down"),
        "latest": {"figure": "308", "origin": "rolled_up", "gap": "0", "behind": False},
        "rolled": {"reported": 31, "expected": 34, "bounds": 1, "other_definition": 1},
        "next_target": ("2026-12-31", "0"),
    },
    {
        "code": "digital-technology-enterprises",
        "names": ("Doanh nghiệp công nghệ số", "Digital technology enterprises"),
        "measured": ("doanh nghiệp", "count", "up"),
        "latest": {"figure": "80000", "origin": "own", "bound": "more_than"},
    },
    {
        "code": "internet-rank-mobile",
        "names": ("Thứ hạng tốc độ Internet di động", "Rank of mobile internet"),
        "measured": ("hạng", "rank", "down"),
        "latest": {"figure": "18", "origin": "own", "met": True},
        "target": ("2026-10-31", "20"),
    },
    {
        "code": "procedure-framework",
        "names": ("Khung thủ tục: toàn bộ", None),
        "measured": ("có/không", "yes_no", "up"),
        "latest": None,
        "next_target": ("2026-12-31", "1"),
    },
)
_NO_LATEST = dict.fromkeys(
    (
        *("figure", "origin", "bound", "own", "rolled_up", "difference", "target", "path", "gap", "behind"),
        *("attainment", "attainment_capped", "met"),
    )
)


def target(day: str, value: str) -> dict[str, Any]:
    return {"day": day, "value": value, "low": None, "high": None}


def counts(issued: int = 0, **told: int) -> dict[str, int]:
    names = ("not_in_force_yet", "in_force", "replaced", "owed", "overdue")
    return {"issued": issued, **{name: told.get(name, 0) for name in names}}


def money(lines: int, **amounts: int) -> dict[str, Any]:
    """Money by stage: `lines` have each stage that is given."""
    stages = ("requested", "appraised", "approved", "allocated", "disbursed")
    told = {name: {"amount": amounts.get(name), "lines": lines if name in amounts else 0} for name in stages}
    return {"lines": lines, **told, **_pair("not_approved", "requested", "approved", lines, amounts)} | _pair(
        "undisbursed", "allocated", "disbursed", lines, amounts
    )


def _pair(name: str, whole: str, part: str, lines: int, amounts: dict[str, int]) -> dict[str, Any]:
    if whole not in amounts or part not in amounts:
        return {name: {"difference": None, "lines": 0, "share": None}}
    percent = round(100 * amounts[part] / amounts[whole], 2)
    share = {"numerator": amounts[part], "denominator": amounts[whole], "percent": percent}
    return {name: {"difference": amounts[whole] - amounts[part], "lines": lines, "share": share}}


def criterion() -> dict[str, Any]:
    return {"code": "I.1", "name": "Chế độ báo cáo", "points": 10, "denominator": None}


@dataclass
class Results:
    """What results are; `unknown_results` are those of which monitoring knows nothing yet."""

    unknown_results: bool = False

    def indicator_figures(self, names: list[str]) -> list[dict[str, Any]]:
        """How each indicator stands; `names` are given to them where they are those of a test."""
        return [
            self._indicator(one, names[number % len(names)] if names else None)
            for number, one in enumerate(_INDICATORS)
        ]

    def _indicator(self, one: dict[str, Any], name: str | None) -> dict[str, Any]:
        unit, value_type, direction = one["measured"]
        of_body = one["latest"] is None or one["latest"]["origin"] == "own"
        return {
            "indicator_id": str(stable_id("indicator", one["code"])),
            "code": one["code"],
            "programme": SLUG,
            "name_vi": name or one["names"][0],
            "name_en": None if name else one["names"][1],
            "kind": "strategic",
            "unit": unit,
            "direction": direction,
            "value_type": value_type,
            "period_unit": "month",
            "definition": 1,
            "organisation_id": organisations()[0]["organisation_id"] if of_body else None,
            "latest": None if one["latest"] is None else self._latest(one),
            "last_over": "2026-10",
            "not_reported": one["latest"] is None,
            "next_target": target(*one["next_target"]) if "next_target" in one else None,
            "demonstration": value_type == "rank",
            "series": f"/api/tasks/v1/indicators/{one['code']}/series",
        }

    def _latest(self, one: dict[str, Any]) -> dict[str, Any]:
        attainment, capped = one.get("reached", (None, None))
        rolled = one.get("rolled")
        return {
            **_NO_LATEST,
            "period": "2026-10",
            "last_day": "2026-10-31",
            "definition": 1,
            **one["latest"],
            "rolled_up": rolled
            and {"figure": one["latest"]["figure"], "numerator": None, "denominator": None, **rolled},
            "target": target(*one["target"]) if "target" in one else None,
            "attainment": attainment,
            "attainment_capped": capped,
            "made_of": f"/api/monitoring/v1/indicators/{one['code']}/values?period=2026-10",
        }

    def indicator_series(self, code: str, names: list[str]) -> dict[str, Any] | None:
        """Each month since January, one of which was not reported; with a way to the target in December."""
        head = next((one for one in self.indicator_figures(names) if one["code"] == code), None)
        if head is None:
            return None
        latest = head.pop("latest")
        del head["last_over"], head["not_reported"]
        months = range(1, 13) if latest else ()
        return {**head, "points": [self._point(month, latest, head) for month in months]}

    def _point(self, month: int, latest: dict[str, Any], head: dict[str, Any]) -> dict[str, Any]:
        reported = month <= 10 and month != 4
        figure = str(Decimal(latest["figure"]) - Decimal(4) * (10 - month)) if reported else None
        aimed = month == 12 and latest["bound"] is None
        told = {"figure": figure, "origin": latest["origin"] if reported else None} if month != 10 else {}
        last = date(2026, month, monthrange(2026, month)[1])
        return {
            **latest,
            **({} if month == 10 else _NO_LATEST),
            **told,
            "period": f"2026-{month:02}",
            "first_day": f"2026-{month:02}-01",
            "last_day": last.isoformat(),
            "path": str(75 + 2 * month) if head["value_type"] == "ratio" else None,
            "target": target(last.isoformat(), "99") if aimed and head["value_type"] == "ratio" else None,
            "state": "reported" if reported else "open" if month > 10 else "not_reported",
            "made_of": f"/api/monitoring/v1/indicators/{head['code']}/values?period=2026-{month:02}",
        }

    def indicator(self, code: str, names: list[str]) -> dict[str, Any] | None:
        """The definition of an indicator; some of its five statements were not made."""
        head = next((one for one in self.indicator_figures(names) if one["code"] == code), None)
        if head is None:
            return None
        told = ("indicator_id", "code", "programme", "name_vi", "name_en", "kind", "definition", "unit", "direction")
        text = names[0] if names else "Báo cáo rà soát ngày 5/12/2025"
        supply = {"level": None, "organisation": brief(organisations()[0]), "supplier": None}
        rolled = head["organisation_id"] is None and head["latest"]
        below = {"level": "province", "organisation": None, "supplier": brief(organisations()[1])}
        return {
            **{name: head[name] for name in (*told, "value_type", "period_unit")},
            "cumulative": True,
            "decimals": 2,
            "parts_of_whole": True,
            "source": text,
            "method": text,
            "plausibility": {"least": None, "most": None, "jump_percent": None},
            "statements": {"verified_by": text, "data_source": None, "accuracy": None, "limits": text}
            | {"compensation": None},
            "supplies": [below if rolled else supply],
            "directive_id": None,
            "task_ids": [str(stable_id("task", "0"))],
            "target_sets": 1,
            "version": 2,
        }

    def held_values(self, code: str, period: str, names: list[str]) -> list[dict[str, Any]]:
        """Approved values: one out of a file, and one that was corrected and comes out of a system."""
        text = names[0] if names else "Báo cáo in 92,5 %."
        first = {
            "value_id": str(stable_id("value", f"{code} {period} 1")),
            "indicator": code,
            "organisation": brief(organisations()[0]),
            "period": period,
            "statement": 1,
            "definition": 1,
            "number": None,
            "numerator": "2014",
            "denominator": "2177",
            "figure": "92.51",
            "bound": None,
            "note": text,
            "evidence": "https://example.org/bao-cao",
            "provenance": {"file": "quy-4.xlsx", "row": 17, "system": None, "derived_from": None},
            "breaches": [],
            "reason": None,
            "document": {"number": "12/BC-VPCP", "issued_on": "2026-11-05"},
            "supplied_by": brief(organisations()[0]),
            "true_from": "2026-11-05T10:00:00Z",
            "known_from": "2026-11-05T10:00:00Z",
            "version": 1,
        }
        return [
            first,
            first
            | {
                "value_id": str(stable_id("value", f"{code} {period} 2")),
                "organisation": brief(organisations()[2]),
                "statement": 2,
                "note": None,
                "evidence": None,
                "provenance": {"file": None, "row": None, "system": "Một cửa", "derived_from": None},
                "breaches": ["jump"],
                "reason": text,
                "document": None,
            },
        ]

    def budget_figures(self, *, empty: bool) -> dict[str, Any]:
        """Money: of 46 lines of 2025, and of two of 2026 of which all stages are known."""
        first = {"requested": 16_716_074_000_000, "approved": 13_659_992_000_000}
        stages = ("requested", "appraised", "approved", "allocated", "disbursed")
        second = dict(zip(stages, (9_000_000, 8_000_000, 8_000_000, 8_000_000, 5_780_000), strict=True))
        known = {} if empty else {"2025": money(46, **first), "2026": money(2, **second)}
        whole = money(0) if empty else known["2025"]
        return {"budgets": None if self.unknown_results else whole, "by_year": {} if self.unknown_results else known}

    def document_figures(self, *, empty: bool) -> dict[str, Any]:
        """Documents by type; of most types there is none."""
        types = ("law", "resolution", "decree", "decision", "circular", "directive", "plan", "local_document", "other")
        told = {
            "law": counts(17, in_force=12, not_in_force_yet=4, replaced=1),
            "decree": counts(59, in_force=59, owed=3, overdue=2),
        }
        by_type = {name: counts() if empty else told.get(name, counts()) for name in types}
        whole = {name: sum(one[name] for one in by_type.values()) for name in counts()}
        return {"documents": None if self.unknown_results else {**whole, "by_type": by_type}}

    def criteria_sets(self) -> list[dict[str, Any]]:
        """The monthly set of a province in two editions."""
        unit = organisation("56", "Khánh Hòa", None, "province")
        return [
            {
                "criteria_id": str(stable_id("criteria", f"khanh-hoa-monthly {edition}")),
                "programme": SLUG,
                "code": "khanh-hoa-monthly",
                "edition": edition,
                "name": "Tiêu chí hằng tháng của tỉnh",
                "name_en": None,
                "source": "Quy định số 11-QĐ/TU",
                "every": "month",
                "within": brief(unit),
                "levels": ["commune", "department"],
                "verifiers": [brief(standing_body())],
                "groups": [{"code": "I", "name": "Nhiệm vụ chung", "criteria": [criterion()]}],
                "ranked": False,
            }
            for edition in (2, 1)
        ]
