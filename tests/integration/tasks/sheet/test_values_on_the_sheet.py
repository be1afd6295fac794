"""Values of indicators stand on the sheet of their period: filled in, submitted, corrected, and told at their cell."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.sheet.sheets import filled, get_sheet, get_workbook, send, send_workbook, sheets_of
from tests.integration.tasks.value.values import an_indicator, points, supplied

pytestmark = pytest.mark.asyncio
COMMUNE, MONTH = "25999", "2025-11"


async def _month(service: Service) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await get_sheet(service, COMMUNE, period=MONTH))["values"]
    return rows


async def _two_indicators(service: Service) -> None:
    await an_indicator(service, code="filings")
    await an_indicator(service, code="online", value_type="ratio", decimals=2)
    await an_indicator(service, code="yearly", period_unit="year")


async def test_what_a_body_supplies_for_the_period_is_on_its_sheet_and_submitted_with_it(service: Service) -> None:
    await _two_indicators(service)
    rows = await _month(service)
    assert [(one["indicator"], one["organisation"], one["answer"]) for one in rows] == [
        ("filings", COMMUNE, None),
        ("online", COMMUNE, None),
    ]
    assert (await get_sheet(service, COMMUNE, period="2025-W49"))["values"] == [], "each period has its own form"
    rows[0]["answer"] = {"number": 41}
    rows[1]["answer"] = {"numerator": "2014", "denominator": "2177", "note": "Số tạm tính"}
    sheet = {"period": MONTH, "values": rows}
    told = await send(service, sheet, COMMUNE)
    assert (told["taken"], told["refused"], told["conflicts"]) == (2, 0, 0), told
    reviewed = await service.post("P57", "/values/review", {"decision": "approve"})
    assert reviewed.json()["decided"] == 2
    assert (await points(service, "online", organisation=COMMUNE))[MONTH]["own"]["figure"] == "92.51"
    written = len(await service.events())
    again = await send(service, sheet, COMMUNE)
    assert (again["taken"], again["unchanged"]) == (0, 2)
    as_got = await send(service, {"period": MONTH, "values": await _month(service)}, COMMUNE)
    assert (as_got["taken"], as_got["untouched"], as_got["rows"]) == (0, 2, [])
    assert len(await service.events()) == written
    rows = await _month(service)
    rows[0]["answer"] |= {"number": "43", "reason": "Bổ sung hai hồ sơ"}
    assert (await send(service, {"period": MONTH, "values": rows}, COMMUNE))["taken"] == 1


async def test_a_draft_on_the_sheet_is_submitted_with_it_and_keeps_what_proves_it(service: Service) -> None:
    await an_indicator(service, code="filings")
    proof = "https://example.invalid/bb.pdf"
    await supplied(service, COMMUNE, "filings", MONTH, number=7, submit=False, evidence=proof)
    rows = await _month(service)
    assert (rows[0]["status"], rows[0]["answer"]["number"]) == ("draft", "7")
    assert (await send(service, {"period": MONTH, "values": rows}, COMMUNE))["taken"] == 1
    form = await service.http.get(f"{service.prefix}/own/forms?period={MONTH}", headers=service.headers(COMMUNE))
    value = form.json()["items"][0]["value"]
    assert (value["status"], value["evidence"]) == ("submitted", proof)


async def test_what_another_changed_and_what_is_wrong_is_told_and_the_rest_is_taken(service: Service) -> None:
    await _two_indicators(service)
    await supplied(service, COMMUNE, "filings", MONTH, number=7, submit=False)
    rows = await _month(service)
    await supplied(service, COMMUNE, "filings", MONTH, number=9, submit=False)
    rows[0]["answer"]["number"] = "8"
    rows[1]["answer"] = {"numerator": 3, "denominator": 2}
    told = await send(service, {"period": MONTH, "values": [*rows, rows[0] | {"indicator": "yearly"}]}, COMMUNE)
    conflict, refused, other_unit = told["rows"]
    assert conflict["outcome"] == "conflict"
    (problem,) = conflict["problems"]
    assert (problem["column"], problem["came"], problem["now"]) == ("number", "8", "9")
    assert [one["problems"][0]["code"] for one in (refused, other_unit)] == [
        "numerator-above-denominator",
        "period-wrong",
    ]
    assert (await _month(service))[0]["answer"]["number"] == "9"


async def test_two_rows_for_one_value_are_both_refused(service: Service) -> None:
    await an_indicator(service, code="filings")
    (row,) = await _month(service)
    both = [row | {"answer": {"number": number}} for number in (8, 9)]
    told = await send(service, {"period": MONTH, "values": both}, COMMUNE)
    assert [one["problems"][0]["code"] for one in told["rows"]] == ["slot-twice", "slot-twice"]
    assert (await _month(service))[0]["answer"] is None


async def test_a_year_before_any_measure_has_a_sheet_without_values(service: Service) -> None:
    await _two_indicators(service)
    assert (await get_sheet(service, COMMUNE, period="1900"))["values"] == []
    path = f"{service.prefix}/own/sheet"
    for period in ("2025-00", "２０２５"):
        answer = await service.http.get(path, params={"period": period}, headers=service.headers(COMMUNE))
        assert answer.status_code == 422, period


async def test_the_workbook_has_the_values_and_names_the_cell_that_is_wrong(service: Service) -> None:
    await _two_indicators(service)
    book = await get_workbook(service, COMMUNE, period=MONTH)
    assert len(sheets_of(book)["Chỉ tiêu"]) == 4
    wrong = filled(book, {"Chỉ tiêu": [{"number": "1,5"}, {"numerator": 1, "denominator": 3}]})
    told = await send_workbook(service, wrong, COMMUNE)
    assert (told["taken"], told["refused"]) == (1, 1)
    (refused,) = [one for one in told["rows"] if one["outcome"] == "refused"]
    assert (refused["sheet"], refused["row"], refused["problems"][0]["cell"]) == ("Chỉ tiêu", 3, "H3")
    book = await get_workbook(service, COMMUNE, period=MONTH)
    right = filled(book, {"Chỉ tiêu": [{"number": 5}]})
    assert (await send_workbook(service, right, COMMUNE))["taken"] == 1
    again = await send_workbook(service, right, COMMUNE)
    assert (again["taken"], again["refused"], again["conflicts"]) == (0, 0, 0)
