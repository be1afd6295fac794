"""What a task is measured by comes in by file: documents, indicators, targets, values and money, and goes out so."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.imports.test_imports import as_csv, faults, heading, told
from tests.integration.tasks.imports.test_kinds import exported, outcomes, twice
from tests.integration.tasks.value.values import DOCUMENT, an_indicator, points

from sixclear.common.bulk.tables import CSV, XLSX
from sixclear.common.web.openapi import NDJSON

pytestmark = pytest.mark.asyncio
LAW = {
    "programme": "plan",
    "type": "Luật",
    "number": "93/2025/QH15",
    "issued_on": "27/6/2025",
    "effective_on": "1/10/2025",
    "issuer": "P57",
    "subject": "Luật Khoa học, công nghệ và đổi mới sáng tạo",
}
INDICATOR = {
    "code": "online-filing",
    "programme": "plan",
    "name_vi": "Tỷ lệ hồ sơ trực tuyến",
    "kind": "Chiến lược",
    "unit": "%",
    "direction": "Càng cao càng tốt",
    "value_type": "Tỷ lệ có tử số, mẫu số",
    "cumulative": "Không",
    "period_unit": "Quý",
    "decimals": "2",
    "source": "Cổng Dịch vụ công quốc gia",
    "method": "Số hồ sơ nộp trực tuyến trên tổng số hồ sơ trong kỳ",
    "plausibility.jump_percent": "200",
    "statements.verified_by": "Đối chiếu với Cổng Dịch vụ công quốc gia",
    "supplies": '[{"level": "province"}]',
}
TARGETS = {
    "indicator": "online-filing",
    "organisation": "75",
    "baseline.period": "2025-Q2",
    "baseline.value": "23.45",
    "trajectory": "Tuyến tính",
    "targets": '[{"period": "2026-Q4", "value": 99}]',
}
VALUE = {"indicator": "online-filing", "period": "2025-Q3", "numerator": "2014", "denominator": "2177"}
MONEY = {"programme": "plan", "organisation": "G06", "year": "2025", "source": "Ngân sách trung ương"}
AMOUNT = MONEY | {
    "stage": "Đề xuất",
    "amount": "16.716.074.000.000",
    "dated_on": "15/11/2025",
    "document": "12/TTr-BCĐTW",
}


async def test_documents_and_indicators_come_in_once(service: Service) -> None:
    owed = {"programme": "plan", "type": "Nghị định", "issuer": "P57", "subject": "Quy định chi tiết"}
    assert await twice(service, "documents", [LAW, owed]) == [["created", "rejected"], ["unchanged", "rejected"]]
    assert await twice(service, "documents", [LAW | {"signer_position": "Chủ tịch Quốc hội"}]) == [
        ["updated"],
        ["unchanged"],
    ]
    assert await twice(service, "indicators", [INDICATOR]) == [["created"], ["unchanged"]]
    wrong = [INDICATOR | {"supplies": "[]"}, INDICATOR | {"supplies": '[{"level": "commune", "organisation": "75"}]'}]
    answer = await told(service, "indicators", as_csv("indicators", wrong))
    assert [(row, column) for row, column, _, _ in faults(answer)] == [
        (2, heading("indicators", "supplies")),
        (3, heading("indicators", "supplies")),
    ]
    assert await twice(service, "targets", [TARGETS]) == [["updated"], ["unchanged"]]
    found = (await service.get("/indicators/online-filing/targets"))["items"][0]
    assert (found["baseline"], found["targets"][0]["value"]) == ({"period": "2025-Q2", "value": "23.45"}, "99")


async def test_values_come_in_with_their_file_and_row_and_are_approved_by_others(service: Service) -> None:
    await told(service, "indicators", as_csv("indicators", [INDICATOR]))
    rows = [VALUE | {"submit": "x", "provenance.file": "bao-cao-quy-3.xlsx", "note": "Lần đầu"}]
    assert await twice(service, "values", rows, "75") == [["created"], ["unchanged"]]
    reviewed = await service.post("P57", "/values/review", {"decision": "approve", "period": "2025-Q3"})
    assert reviewed.json()["decided"] == 1
    (held,) = (await service.get("/values", indicator="online-filing"))["items"]
    assert (held["figure"], held["provenance"]["file"], held["provenance"]["row"]) == ("92.51", "bao-cao-quy-3.xlsx", 2)
    corrected = rows[0] | {"denominator": "2178", "reason": "Bổ sung một hồ sơ"}
    answer = await told(service, "values", as_csv("values", [corrected]), code="75")
    assert outcomes(answer) == ["updated"]
    published = {"period": "2025-Q2", "numerator": "1", "denominator": "2", "organisation": "75"} | {
        f"approved_by.{name}": said for name, said in DOCUMENT.items()
    }
    assert await twice(service, "values", [VALUE | published]) == [["created"], ["unchanged"]]
    assert (await points(service, "online-filing", organisation="75"))["2025-Q2"]["own"]["figure"] == "50"


async def test_amounts_open_their_line_and_a_figure_with_two_readings_is_refused_with_both(service: Service) -> None:
    assert await twice(service, "budgets", [MONEY]) == [["created"], ["unchanged"]]
    more = AMOUNT | {"organisation": "75"}
    assert await twice(service, "amounts", [AMOUNT, more]) == [["updated", "created"], ["unchanged", "unchanged"]]
    wrong = [AMOUNT | {"amount": "16.716"}, AMOUNT | {"amount": "1,5"}, AMOUNT | {"amount": "5"}]
    before = len(await service.events())
    answer = await told(service, "amounts", as_csv("amounts", wrong))
    assert [code for *_, code in faults(answer)] == ["invalid", "invalid", "amount-needs-correction"]
    assert faults(answer)[0][1:3] == (heading("amounts", "amount"), "16.716")
    first = answer["items"][0]["problem"]["detail"]
    assert "16716" in first
    assert "16.716" in first
    assert len(await service.events()) == before
    corrected = AMOUNT | {"amount": "5", "corrects": "1", "reason": "Đọc nhầm đơn vị"}
    assert await twice(service, "amounts", [corrected]) == [["updated"], ["unchanged"]]
    assert (await service.get("/budgets/totals"))["requested"] == {"amount": 16_716_074_000_005, "lines": 2}


async def _a_little_of_everything(service: Service) -> str:
    """A document, an indicator with targets and values, and money of a task and of a programme."""
    task_id = str(await an_assigned_task(service))
    await told(service, "documents", as_csv("documents", [LAW]))
    await told(service, "indicators", as_csv("indicators", [INDICATOR | {"task_ids": task_id}]))
    await told(service, "targets", as_csv("targets", [TARGETS]))
    await an_indicator(service, code="roads", value_type="amount", decimals=3)
    given: dict[str, Any] = {f"approved_by.{name}": said for name, said in DOCUMENT.items()} | {"organisation": "75"}
    rows = [
        VALUE | given,
        given | {"indicator": "roads", "period": "2025-10", "number": "0.120", "note": "=1+1"},
        given
        | {"indicator": "roads", "period": "2025-11", "number": "12", "bound": "Trên", "evidence": "https://a.vn"},
    ]
    assert outcomes(await told(service, "values", as_csv("values", rows))) == ["created"] * 3
    of_task = {"task_id": task_id, "year": "2025", "source": "Ngân sách địa phương"}
    amounts = [AMOUNT, AMOUNT | {"stage": "Phê duyệt", "amount": "7"}, AMOUNT | of_task | {"programme": ""}]
    assert outcomes(await told(service, "amounts", as_csv("amounts", amounts))) == ["created", "updated", "created"]
    return task_id


@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
async def test_what_is_measured_goes_out_and_comes_back_unchanged(service: Service, form: str) -> None:
    media_type = {"csv": CSV, "xlsx": XLSX, "ndjson": NDJSON}[form]
    await _a_little_of_everything(service)
    written = len(await service.events())
    for kind, count, asked in (
        ("documents", 1, {}),
        ("indicators", 2, {}),
        ("targets", 1, {"indicator": "online-filing"}),
        ("values", 3, {}),
        ("values", 2, {"indicator": "roads"}),
        ("budgets", 2, {}),
        ("amounts", 3, {"as_of": "2025-11-15"}),
    ):
        content = await exported(service, f"/exports/{kind}", "P57", form, **asked)
        answer = await told(service, kind, content, media_type)
        assert outcomes(answer) == ["unchanged"] * count, (kind, answer)
    assert len(await service.events()) == written
