"""An indicator and a value, as their examples show them: a part of the story of `test_tasks_examples`."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.integration.tasks.conftest import Service

Step = Callable[[str, str, Any], Awaitable[None]]
INDICATOR = {
    "code": "online-filing",
    "programme": "plan",
    "name_vi": "Tỷ lệ hồ sơ trực tuyến",
    "name_en": "Share of filings made online",
    "kind": "strategic",
    "unit": "%",
    "direction": "up",
    "value_type": "ratio",
    "cumulative": False,
    "period_unit": "quarter",
    "decimals": 2,
    "source": "Cổng Dịch vụ công quốc gia",
    "method": "Số hồ sơ nộp trực tuyến trên tổng số hồ sơ trong kỳ",
    "plausibility": {"jump_percent": 200},
    "statements": {"verified_by": "Đối chiếu với Cổng Dịch vụ công quốc gia"},
    "supplies": [{"level": "province"}],
}
TARGETS = {
    "organisation": "75",
    "baseline": {"period": "2025-Q2", "value": "23.45"},
    "targets": [{"period": "2026-Q4", "value": 99}],
    "reason": "Theo kế hoạch năm 2026",
}


async def the_life_of_an_indicator(service: Service, step: Step) -> None:
    """Every change that an indicator and a value can go through, once."""
    await step("P57", "/indicators", INDICATOR)
    await step("P57", "/indicators", INDICATOR | {"name_en": "Filings made online"})
    await step("P57", "/indicators", INDICATOR | {"method": "Không tính hồ sơ bị hủy"})
    path = f"{service.prefix}/indicators/online-filing/targets"
    assert (await service.http.put(path, json=TARGETS, headers=service.headers("P57"))).status_code == 200
    said = {"period": "2026-Q1", "numerator": 1500, "denominator": 2000, "submit": True}
    await step("75", "/indicators/online-filing/values", said)
    form = await service.http.get(f"{service.prefix}/own/forms?period=2026-Q1", headers=service.headers("75"))
    value = f"/values/{form.json()['items'][0]['value']['value_id']}"
    await step("P57", f"{value}/return", {"reason": "Thiếu hồ sơ của các xã"})
    await step("75", "/indicators/online-filing/values", said | {"denominator": 2177})
    await step("P57", f"{value}/approve", {})
    again = said | {"numerator": 2014, "denominator": 2177, "reason": "Bổ sung hồ sơ tháng 3", "submit": False}
    await step("75", "/indicators/online-filing/values", again)
    await step("75", f"{value}/submit", {})
    await step("P57", f"{value}/approve", {})
    await step("P57", f"{value}/withdraw", {"reason": "Số liệu chưa được xác nhận"})
