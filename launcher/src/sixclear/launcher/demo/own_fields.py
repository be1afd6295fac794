"""The fields that Hanoi's own programme adds to its tasks, and what each task says in them: made up."""

import random
from datetime import timedelta
from typing import Any

from sixclear.launcher.demo.plan import TaskPlan

_GROUPS = {
    "institutions": ("Thể chế", "Institutions"),
    "infrastructure": ("Hạ tầng", "Infrastructure"),
    "data": ("Dữ liệu", "Data"),
    "people": ("Nhân lực", "People"),
}

OWN_FIELDS: tuple[dict[str, Any], ...] = (
    {
        "name": "group",
        "kind": "choice",
        "label_vi": "Nhóm việc của thành phố",
        "label_en": "The city's group of work",
        "choices": [{"value": value, "label_vi": vi, "label_en": en} for value, (vi, en) in _GROUPS.items()],
        "required": True,
        "public": True,
    },
    {
        "name": "budget",
        "kind": "number",
        "unit": "triệu đồng",
        "label_vi": "Kinh phí dự kiến",
        "label_en": "Planned budget",
        "public": True,
    },
    {"name": "pilot", "kind": "yes_no", "label_vi": "Làm thí điểm", "label_en": "Pilot", "public": True},
    {"name": "checked-on", "kind": "date", "label_vi": "Ngày kiểm tra", "label_en": "Day of the check", "public": True},
    {
        "name": "adviser",
        "kind": "reference",
        "label_vi": "Cơ quan tư vấn",
        "label_en": "Advising body",
        "public": True,
    },
    {"name": "plan", "kind": "link", "label_vi": "Kế hoạch chi tiết", "label_en": "Detailed plan", "public": True},
    {"name": "note", "kind": "text", "label_vi": "Ghi chú nội bộ", "label_en": "Internal note"},
)


def own_values(plan: TaskPlan) -> dict[str, Any]:
    """What a task of the programme says in its fields; dice of their own, so that nothing else of it moves."""
    dice = random.Random(f"{plan.external_id}, own fields")  # noqa: S311 (words of a demonstration, no secret)
    values: dict[str, Any] = {
        "group": dice.choice(list(_GROUPS)),
        "budget": dice.randrange(200, 4000, 50),
        "pilot": dice.random() < 0.3,
        "adviser": dice.choice(("G06", "G01", "G10")),
        "plan": f"https://example.invalid/minh-hoa/{plan.external_id.lower()}-ke-hoach.pdf",
        "note": "Ghi chú minh họa, chỉ các cơ quan liên quan đọc được.",
    }
    if plan.deadline is not None:
        values["checked-on"] = (plan.deadline - timedelta(days=dice.randint(7, 30))).isoformat()
    return values
