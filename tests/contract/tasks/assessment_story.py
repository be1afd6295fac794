"""A set of criteria and an assessment, as their examples show them: a part of the story of `test_tasks_examples`."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.integration.tasks.conftest import Service

Step = Callable[[str, str, Any], Awaitable[None]]
CRITERIA = {
    "programme": "plan",
    "code": "monthly",
    "name": "Tiêu chí đánh giá hằng tháng",
    "name_en": "Monthly criteria",
    "source": "Quy định 11-QĐ/TU, Phụ lục 1",
    "every": "month",
    "within": "75",
    "levels": ["province"],
    "window": {"before_day": 22, "last_day": 23, "late_points": 2, "late_days": 2},
    "groups": [
        {
            "code": "I",
            "name": "Về chỉ đạo, điều hành",
            "criteria": [
                {
                    "code": "I.2",
                    "name": "Đổi mới, sáng tạo trong triển khai nhiệm vụ",
                    "points": 10,
                    "tiers": [
                        {"points": 10, "text": "Có từ 2 sáng kiến trở lên"},
                        {"points": 5, "text": "Có 1 sáng kiến"},
                    ],
                    "evidence": "Quyết định công nhận sáng kiến",
                },
                {
                    "code": "II.1.1",
                    "name": "Thực hiện các nhiệm vụ được giao trong năm",
                    "points": 10,
                    "figure": "completed_on_time_of_given",
                    "tiers": [{"points": 10, "at_least": 100}, {"points": 8, "at_least": 90}],
                    "not_applicable": "Không được giao nhiệm vụ trong năm",
                },
            ],
        }
    ],
}
ANSWER = {
    "criterion": "I.2",
    "points": 10,
    "evidence": [{"title": "Quyết định 12/QĐ-UBND", "url": "https://example.invalid/12.pdf"}],
}


async def the_life_of_an_assessment(service: Service, before: Step) -> None:
    """Every change that a set of criteria and an assessment can go through, once, all at one time."""

    async def step(code: str, path: str, body: Any) -> None:
        await before(code, path, body)
        response = await service.post(code, path, body)
        assert response.status_code in (200, 201), response.text

    await step("P57", "/criteria", CRITERIA)
    await step("75", "/assessments", {"criteria": "monthly", "period": f"{service.clock():%Y-%m}"})
    (opened,) = (await service.get("/assessments"))["items"]
    consent = {"document": "15-CV/BCĐ"}
    entry = {"criteria": "monthly", "period": opened["period"], "organisation": "75", "consent": consent}
    await step("P57", "/assessments", entry)
    assessment = f"/assessments/{opened['assessment_id']}"
    await step("75", f"{assessment}/answers", {"answers": [ANSWER]})
    await step("P57", f"{assessment}/verify", {"answers": [{"criterion": "I.2", "points": 5}]})
