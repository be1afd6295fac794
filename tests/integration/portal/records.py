"""Records that the stand-in for the services answers with: made up, deterministic."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse

from sixclear.common.ids import stable_id

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SLUG = "nq57-central"
DIRECTIVE_ID = str(stable_id("directive", "1"))
UNITS = (
    "01 Hà Nội|04 Cao Bằng|08 Tuyên Quang|11 Điện Biên|12 Lai Châu|14 Sơn La|15 Lào Cai|19 Thái Nguyên|20 Lạng Sơn|"
    "22 Quảng Ninh|24 Bắc Ninh|25 Phú Thọ|31 Hải Phòng|33 Hưng Yên|37 Ninh Bình|38 Thanh Hóa|40 Nghệ An|42 Hà Tĩnh|"
    "44 Quảng Trị|46 Huế|48 Đà Nẵng|51 Quảng Ngãi|52 Gia Lai|56 Khánh Hòa|66 Đắk Lắk|68 Lâm Đồng|75 Đồng Nai|"
    "79 Hồ Chí Minh|80 Tây Ninh|82 Đồng Tháp|86 Vĩnh Long|91 An Giang|92 Cần Thơ|96 Cà Mau"
)
CENTRAL = (
    "G06 Bộ Khoa học và Công nghệ|Ministry of Science and Technology",
    "G01 Bộ Công an|Ministry of Public Security",
)
TITLES = (
    "Ban hành Thông tư hướng dẫn định danh điện tử cho tổ chức",
    "Kết nối cơ sở dữ liệu đất đai của tỉnh với cơ sở dữ liệu quốc gia",
    "Đưa trung tâm phục vụ hành chính công một cấp vào hoạt động",
    "Số hóa hồ sơ hộ tịch còn lại trước năm 2020",
    "Bố trí ít nhất 3 % ngân sách hằng năm cho khoa học, công nghệ và chuyển đổi số",
    "Báo cáo tuần về tiến độ dịch vụ công trực tuyến toàn trình",
    "Phủ sóng 4G cho các thôn bản chưa có sóng di động",
)
RULE = {"rule_vi": "Trong 12 ngày làm việc.", "rule_en": "Within 12 working days."}
RECEIPT = "7K2M-Q9XW-4TBN-8RHD-C"
# What monitoring answers with while its counters and its records differ.
_COUNTED = ("status", "timeline", "provinces", "stream", "indicators", "budgets", "documents")
FIGURES = tuple(f"/monitoring/v1/{name}" for name in _COUNTED)
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def problem(
    code: str, status: int, headers: dict[str, str] | None = None, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """An error as every service answers it."""
    body = {"type": f"https://sixclear.test/problems/{code}", "title": code, "status": status, "code": code}
    return JSONResponse({**body, "errors": errors} if errors else body, status, headers)


def invalid(parameters: list[str]) -> JSONResponse:
    """The refusal of an address whose `parameters` have values that are none."""
    errors = [{"parameter": name, "in": "query", "code": "literal-error", "detail": "No."} for name in parameters]
    return problem("invalid-request", 422, errors=errors)


def iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def organisation(code: str, name_vi: str, name_en: str | None, level: str) -> dict[str, Any]:
    return {
        "organisation_id": str(stable_id("organisation", code)),
        "code": code,
        "codes": [code],
        "name_vi": name_vi,
        "name_en": name_en,
        "level": level,
        "type": level,
        "parent_id": None,
        "valid_from": "2025-07-01",
        "valid_to": None,
    }


def brief(unit: dict[str, Any]) -> dict[str, Any]:
    """An organisation as other answers name it."""
    return {name: unit[name] for name in ("organisation_id", "code", "name_vi", "name_en")}


def standing_body() -> dict[str, Any]:
    return organisation("P57", "Ban Chỉ đạo Trung ương", "Central Steering Committee", "central")


def commune() -> dict[str, Any]:
    return organisation("20194", "Phường Hải Châu", "Hai Chau ward", "commune")


def organisations() -> list[dict[str, Any]]:
    names = [(row[:3], *row[4:].split("|")) for row in CENTRAL]
    central = [organisation(code, name_vi, name_en, "central") for code, name_vi, name_en in names]
    return central + [organisation(row[:2], row[3:], None, "province") for row in UNITS.split("|")]


@dataclass
class Records:
    """Tasks and changes; `titles` are given to them in turn, each with the same `assignment`; `past` to each body.

    `units` are the provinces and cities that there are.

    While `unreconciled`, monitoring refuses its figures.
    """

    titles: list[str] = field(default_factory=lambda: list(TITLES))
    past: dict[str, Any] = field(default_factory=dict)
    unreconciled: bool = False
    assignment: dict[str, Any] | None = None
    units: list[dict[str, Any]] = field(default_factory=lambda: organisations()[2:])

    def change(self, number: int) -> dict[str, Any]:
        unit = organisations()[number * 5 % 36]
        kind = ("progress_reported", "completed", "assigned", "extended", "evidence_added")[number % 5]
        return {
            "occurred_at": iso(NOW - timedelta(minutes=7 * number)),
            "recorded_at": iso(NOW - timedelta(minutes=7 * number)),
            "entity_type": "task",
            "entity_id": str(stable_id("task", str(number))),
            "change": kind,
            "title": self.titles[number % len(self.titles)],
            "programme": SLUG,
            "organisation_id": unit["organisation_id"],
            "organisation_name": unit["name_vi"],
            "organisation_name_en": unit["name_en"],
            "demonstration": number == 2,
        }

    def organisation(self, unit: dict[str, Any]) -> dict[str, Any]:
        """A body with its past."""
        return unit | {"periods": []} | self.past

    def task(self, number: int) -> dict[str, Any]:
        bucket = ("in_term", "overdue", "completed", "recurring")[number % 4]
        unit = organisations()[number * 3 % 36]
        deadline = NOW + timedelta(days=12 if bucket == "in_term" else -17 - number)
        return {
            "task_id": str(stable_id("task", str(number))),
            "code": f"NQ57-{number:04}",
            "title": self.titles[number % len(self.titles)],
            "programme": SLUG,
            "status": "completed" if bucket == "completed" else "in_progress",
            "kind": "recurring" if bucket == "recurring" else "one_off",
            "bucket": bucket,
            "assigned_by": "central",
            "lead_organisation": brief(unit),
            "percent": 100 if bucket == "completed" else 10 * (number % 9),
            "original_deadline": None if bucket == "recurring" else iso(deadline - timedelta(days=30)),
            "current_deadline": None if bucket == "recurring" else iso(deadline),
            "last_report_at": iso(NOW - timedelta(days=2)),
            "submitted_at": iso(NOW - timedelta(days=41)) if bucket == "completed" else None,
            "handed_in_on_time": True if bucket == "completed" else None,
            "source": None,
            "external_id": None,
            "updated_at": iso(NOW - timedelta(days=2)),
            "completed_at": iso(NOW - timedelta(days=40)) if bucket == "completed" else None,
            "demonstration": number % 6 == 5,
            "version": 4,
        }

    def full_task(self, number: int) -> dict[str, Any]:
        summary = self.task(number)
        position = {"position_id": str(stable_id("position", "x")), "title": "Thứ trưởng phụ trách chuyển đổi số"}
        unit = summary["lead_organisation"]
        return {
            **summary,
            "description": "Rà soát, xây dựng và ban hành theo trình tự rút gọn.",
            "directive": {
                "directive_id": DIRECTIVE_ID,
                "programme": SLUG,
                "number": "02-KH/BCĐTW",
                "issued_on": "2025-06-19",
                "issuer": brief(standing_body()),
                "title": "Kế hoạch thúc đẩy chuyển đổi số liên thông",
                "version": 1,
            },
            "clause": "mục III.2, điểm b",
            "work_group": "nhom-2-1",
            "programme_id": str(stable_id("programme", SLUG)),
            "classification": "public",
            "recurrence": None,
            "current_period": None,
            "assigning_organisation": brief(standing_body()),
            "coordinating_organisations": [
                brief(organisation("G01", "Bộ Công an", "Ministry of Public Security", "central"))
            ],
            "leader_position": {**position, "organisation_id": unit["organisation_id"]},
            "responsible_position": None,
            "product": "Thông tư được ban hành",
            "product_kind": None,
            "authority": None,
            "missing_clears": ["authority"],
            "reports_count": 4,
            "evidence_count": 1,
            "confirming_organisation": brief(standing_body()),
            "completed_by": None,
            "assigned_at": iso(NOW - timedelta(days=100)),
            "assignment": self.assignment,
            "occurred_at": iso(NOW - timedelta(days=2)),
            "recorded_at": iso(NOW - timedelta(days=2)),
        }


def point(day: date, empty: bool) -> dict[str, Any]:
    week = max((day - date(2025, 7, 1)).days // 7, 0)
    known = 0 if empty or day < date(2025, 7, 1) else 1
    completed = known * min(90 + 22 * week, 1049 if day >= date(2025, 12, 25) else 620)
    recurring = known * min(120 + 2 * week, 178)
    overdue = known * max(30 + 3 * week - (60 if week > 26 else 0) - max(week - 30, 0) * 3, 24)
    total = known * (1287 if day < date(2025, 12, 25) else 1298)
    return {
        "date": day.isoformat(),
        "as_of": f"{day}T16:59:59.999999Z",
        "total": total,
        "completed": completed,
        "recurring": recurring,
        "overdue": overdue,
        "in_term": max(total - completed - recurring - overdue, 0),
    }


# Other origins may read it, as they may read the stream.
REFUSED = problem("figures-do-not-reconcile", 503, {"Retry-After": "10", "Access-Control-Allow-Origin": "*"})
