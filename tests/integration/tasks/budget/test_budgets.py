"""Money of tasks and programmes: stated by documents, corrected by new entries, summed up with what it is of."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, proposal

BILLION = 10**9
# What the report of December 2025 prints, in billion đồng.
MINISTRIES, LOCALITIES = 14_797_456_000_000, 1_918_618_000_000
APPROVED, NOT_APPROVED = 13_659_992_000_000, 3_056_082_000_000
LINE = {"programme": "plan", "organisation": "P57", "year": 2025, "source": "Ngân sách trung ương"}
REPORT = {"dated_on": "2025-12-03", "document": "Báo cáo 01-BC/BCĐ"}


async def opened(service: Service, code: str, body: dict[str, Any], status: int = 201) -> str:
    response = await service.post(code, "/budgets", body)
    assert response.status_code == status, response.text
    return f"/budgets/{response.json()['budget_id']}"


async def stated(service: Service, code: str, line: str, status: int = 201, **entry: Any) -> Any:
    response = await service.post(code, f"{line}/amounts", REPORT | entry)
    assert response.status_code == status, response.text
    return response.json()


async def a_task(service: Service, **changes: Any) -> str:
    return str((await service.post("P57", "/tasks", proposal(**changes))).json()["task_id"])


@pytest.mark.asyncio
async def test_the_money_of_a_programme_is_what_documents_prove(service: Service) -> None:
    line = await opened(service, "P57", LINE)
    assert await opened(service, "P57", LINE | {"source": "ngan sach trung uong"}, 200) == line
    empty = await service.get(line)
    assert [empty[stage] for stage in ("requested", "approved", "not_approved")] == [None, None, None]
    await stated(service, "P57", line, stage="requested", amount=MINISTRIES + LOCALITIES)
    told = await stated(service, "P57", line, stage="approved", amount=str(APPROVED))
    assert (told["not_approved"], told["undisbursed"], told["disbursed_of_allocated"]) == (NOT_APPROVED, None, None)
    share = told["approved_of_requested"]
    assert share == {"numerator": APPROVED, "denominator": MINISTRIES + LOCALITIES, "percent": 81.72}
    again = await stated(service, "P57", line, 200, stage="approved", amount=APPROVED)
    assert again["version"] == told["version"] == 3


@pytest.mark.asyncio
async def test_sums_say_of_how_many_lines_they_are(service: Service) -> None:
    for code, amount in (("P57", MINISTRIES), ("75", LOCALITIES)):
        line = await opened(service, "P57", LINE | {"organisation": code})
        await stated(service, "P57", line, stage="requested", amount=amount)
    whole = await service.get("/budgets/totals", programme="plan", year=2025)
    assert whole["requested"] == {"amount": 16_716_074_000_000, "lines": 2}
    assert whole["approved"] == {"amount": None, "lines": 0}
    assert whole["not_approved"] == {"difference": None, "lines": 0, "share": None}
    assert (await service.get("/budgets/totals", level="central"))["requested"]["amount"] == MINISTRIES
    assert (await service.get("/budgets/totals", organisation="75"))["requested"]["amount"] == LOCALITIES
    await stated(service, "P57", line, stage="approved", amount=LOCALITIES - BILLION)
    told = (await service.get("/budgets/totals"))["not_approved"]
    assert (told["difference"], told["lines"], told["share"]["denominator"]) == (BILLION, 1, LOCALITIES)
    assert (await service.get("/budgets/totals", as_of="2025-12-02"))["requested"]["lines"] == 0
    assert (await service.get("/budgets", level="province"))["total"] == 1
    assert (await service.get("/budgets", year=2024))["items"] == []


@pytest.mark.asyncio
async def test_a_wrong_entry_stays_and_another_one_holds(service: Service) -> None:
    line = await opened(service, "P57", LINE)
    await stated(service, "P57", line, stage="disbursed", amount=400, dated_on="2025-03-31")
    await stated(service, "P57", line, stage="disbursed", amount=700, dated_on="2025-06-30")
    another = {"stage": "disbursed", "amount": 1, "dated_on": "2025-03-31"}
    other = await service.post("P57", f"{line}/amounts", REPORT | another)
    assert (other.status_code, other.json()["code"]) == (409, "amount-needs-correction")
    correction: dict[str, Any] = {
        "stage": "disbursed",
        "amount": 410,
        "dated_on": "2025-03-31",
        "corrects": 1,
        "reason": "Cộng nhầm",
    }
    told = await stated(service, "P57", line, **correction)
    assert told["disbursed"]["amount"] == 700
    assert [(one["amount"], one["corrected_by"], one["reason"]) for one in told["entries"]] == [
        (400, 3, None),
        (700, None, None),
        (410, None, "Cộng nhầm"),
    ]
    assert (await service.get(line, as_of="2025-03-31"))["disbursed"]["amount"] == 410
    assert (await service.get(line, as_of="2025-03-30"))["disbursed"] is None
    assert (await service.get("/budgets/totals", as_of="2025-03-31"))["disbursed"]["amount"] == 410
    twice = await service.post("P57", f"{line}/amounts", REPORT | correction | {"amount": 420})
    assert (twice.status_code, twice.json()["code"]) == (422, "correction-refused")
    event = [event for event in await service.events() if event.entity_type == "budget"][-1]
    assert (event.change, [one["amount"] for one in event.data["amounts"]]) == ("amount_corrected", [700, 410])
    assert "reason" not in str(event.data)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"amount": "16.716"}, "two-readings"),
        ({"amount": "16,716.074"}, "part-of-dong"),
        ({"amount": "-1"}, "figure-unreadable"),
        ({"amount": -1}, "greater-than-equal"),
        ({"amount": 1.5}, "int-from-float"),
        ({"amount": True}, "figure-unreadable"),
        ({"amount": 10**40}, "less-than-equal"),
        ({"amount": "9" * 40}, "less-than-equal"),
        ({"stage": "spent"}, "literal-error"),
        ({"dated_on": "2025-12-05"}, "in-future"),
        ({"document": ""}, "string-too-short"),
        ({"document_id": "00000000-0000-0000-0000-000000000001"}, "document-unknown"),
    ],
)
async def test_a_figure_that_is_not_clear_is_refused_and_nothing_changes(
    service: Service, entry: dict[str, Any], code: str
) -> None:
    line = await opened(service, "P57", LINE)
    refused = await service.post("P57", f"{line}/amounts", REPORT | {"stage": "requested", "amount": 1} | entry)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code), refused.text
    if code == "two-readings":
        assert all(reading in refused.json()["errors"][0]["detail"] for reading in ("16716", "16.716"))
    assert (await service.get(line))["entries"] == []


@pytest.mark.asyncio
async def test_who_spends_does_not_say_what_was_approved(service: Service) -> None:
    task_id = await a_task(service)
    line = await opened(service, "G06", {"task_id": task_id, "year": 2025, "source": "Vốn sự nghiệp"})
    await stated(service, "G06", line, stage="requested", amount=5 * BILLION)
    for code, stage in (("G06", "approved"), ("G06", "allocated"), ("G01", "requested")):
        refused = await service.post(code, f"{line}/amounts", REPORT | {"stage": stage, "amount": 1})
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    told = await stated(service, "P57", line, stage="allocated", amount=4 * BILLION)
    assert told["organisation"]["code"] == "G06"
    told = await stated(service, "G06", line, stage="disbursed", amount=BILLION)
    assert (told["undisbursed"], told["disbursed_of_allocated"]["percent"]) == (3 * BILLION, 25.0)
    assert (await service.get("/budgets", task=task_id))["total"] == 1


@pytest.mark.asyncio
async def test_the_money_of_a_restricted_task_is_restricted(service: Service) -> None:
    task_id = await a_task(service)
    line = await opened(service, "G06", {"task_id": task_id, "year": 2025, "source": "Vốn sự nghiệp"})
    await stated(service, "G06", line, stage="requested", amount=5 * BILLION)
    await a_task(service, classification="restricted")
    assert (await service.get("/budgets"))["items"] == []
    assert (await service.get("/budgets/totals"))["lines"] == 0
    gone = await service.http.get(f"{service.prefix}{line}")
    assert (gone.status_code, gone.json()["code"]) == (404, "budget-not-found")
    await stated(service, "G06", line, stage="disbursed", amount=BILLION)
    own = (await service.http.get(f"{service.prefix}/own/budgets", headers=service.headers("G06"))).json()["items"]
    assert [(one["requested"]["amount"], one["disbursed"]["amount"]) for one in own] == [(5 * BILLION, BILLION)]
    others = await service.http.get(f"{service.prefix}/own/budgets", headers=service.headers("G01"))
    assert others.json()["items"] == []
    # What was entered in confidence stays with the bodies concerned when the task is public again.
    await a_task(service)
    shown = await service.get(line)
    assert (shown["requested"]["amount"], shown["disbursed"], len(shown["entries"])) == (5 * BILLION, None, 1)
    assert (await service.get("/budgets/totals"))["disbursed"]["lines"] == 0
    told = [event for event in await service.events() if event.entity_type == "budget" and event.published]
    assert [event.change for event in told] == ["opened", "amount_stated", "withdrawn", "restated"]
    assert [one["stage"] for one in told[-1].data["amounts"]] == ["requested"]


@pytest.mark.asyncio
async def test_what_was_known_before_a_correction_is_still_read(service: Service) -> None:
    line = await opened(service, "P57", LINE)
    await stated(service, "P57", line, stage="disbursed", amount=400, dated_on="2025-03-31")
    first = service.clock.now
    service.clock.pass_by(seconds=3600)
    correction: dict[str, Any] = {"corrects": 1, "reason": "Cộng nhầm", "dated_on": "2025-03-31"}
    await stated(service, "P57", line, stage="disbursed", amount=410, **correction)
    await opened(service, "P57", LINE | {"year": 2026})
    then = {"as_of": "2025-03-31", "known_at": first.isoformat()}
    for narrow, amount, lines in (({"as_of": "2025-03-31"}, 410, 2), (then, 400, 1)):
        told = await service.get("/budgets/totals", **narrow)
        assert (told["disbursed"]["amount"], told["lines"]) == (amount, lines), narrow
        listed = await service.get("/budgets", **narrow, year=2025)
        assert listed["items"][0]["disbursed"]["amount"] == amount
        assert (await service.get("/budgets", **narrow))["total"] == lines
    shown = await service.get(line, **then)
    assert (shown["disbursed"]["amount"], [one["corrected_by"] for one in shown["entries"]]) == (400, [None])
    before = (first - timedelta(seconds=1)).isoformat()
    gone = await service.http.get(f"{service.prefix}{line}", params={"known_at": before})
    assert (gone.status_code, gone.json()["code"]) == (404, "budget-not-found")


TRANSFER = {"stage": "allocated", "amount": 3 * BILLION, "dated_on": "2025-12-03", "document": "15/QĐ-BCĐ"}


async def lines_of_two(service: Service) -> tuple[str, str]:
    """A line with ten billions allocated, and one without any."""
    giving = await opened(service, "P57", LINE)
    receiving = await opened(service, "P57", LINE | {"organisation": "75"})
    await stated(service, "P57", giving, stage="allocated", amount=10 * BILLION, dated_on="2025-03-31")
    return giving, receiving


def between(giving: str, receiving: str) -> dict[str, Any]:
    return TRANSFER | {"giving_id": giving.rpartition("/")[2], "receiving_id": receiving.rpartition("/")[2]}


@pytest.mark.asyncio
async def test_a_transfer_moves_both_lines_or_none(service: Service) -> None:
    giving, receiving = await lines_of_two(service)
    body = between(giving, receiving)
    made = await service.post("P57", "/budgets/transfers", body)
    assert made.status_code == 201, made.text
    told = made.json()
    assert [told[name]["allocated"]["amount"] for name in ("giving", "receiving")] == [7 * BILLION, 3 * BILLION]
    newest = [told[name]["entries"][-1] for name in ("giving", "receiving")]
    assert {one["transfer_id"] for one in newest} == {told["transfer_id"]}
    assert (await service.get("/budgets/totals"))["allocated"] == {"amount": 10 * BILLION, "lines": 2}
    before = await service.get("/budgets/totals", as_of="2025-12-02")
    assert before["allocated"] == {"amount": 10 * BILLION, "lines": 1}
    again = await service.post("P57", "/budgets/transfers", body)
    assert (again.status_code, again.json()) == (200, told), "sent again it changes nothing"
    events = [event for event in await service.events() if event.entity_type == "budget"][-2:]
    assert [event.data["amounts"][-1]["transfer_id"] for event in events] == [told["transfer_id"]] * 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": 10 * BILLION + 1}, 422, "amount-not-there"),
        ({"amount": 0}, 422, "greater-than-equal"),
        ({"amount": "3.000"}, 422, "two-readings"),
        ({"stage": "disbursed"}, 422, "literal-error"),
        ({"stage": "approved"}, 422, "amount-not-there"),
        ({"dated_on": "2025-03-31"}, 422, "entry-later"),
        ({"dated_on": "2025-12-05"}, 422, "in-future"),
        ({"document_id": "00000000-0000-0000-0000-000000000001"}, 422, "document-unknown"),
        ({"receiving_id": "00000000-0000-0000-0000-000000000001"}, 404, "budget-not-found"),
    ],
)
async def test_a_transfer_that_does_not_fit_changes_neither_line(
    service: Service, changes: dict[str, Any], status: int, code: str
) -> None:
    giving, receiving = await lines_of_two(service)
    refused = await service.post("P57", "/budgets/transfers", between(giving, receiving) | changes)
    problem = refused.json()
    assert (refused.status_code, problem.get("errors", [problem])[0]["code"]) == (status, code), refused.text
    assert [len((await service.get(line))["entries"]) for line in (giving, receiving)] == [1, 0]


@pytest.mark.asyncio
async def test_a_wrong_transfer_is_corrected_on_both_lines_and_no_sum_changes(service: Service) -> None:
    giving, receiving = await lines_of_two(service)
    body = between(giving, receiving)
    wrong = (await service.post("P57", "/budgets/transfers", body)).json()["transfer_id"]
    entry = REPORT | {"stage": "allocated", "amount": 9 * BILLION, "corrects": 2, "reason": "Nhầm"}
    alone = await service.post("P57", f"{giving}/amounts", entry | {"dated_on": body["dated_on"]})
    assert (alone.status_code, alone.json()["errors"][0]["code"]) == (422, "entry-of-transfer"), alone.text
    right = body | {"amount": 2 * BILLION, "corrects": wrong}
    no_reason = await service.post("P57", "/budgets/transfers", right)
    assert [one["pointer"] for one in no_reason.json()["errors"]] == ["#/reason"]
    made = await service.post("P57", "/budgets/transfers", right | {"reason": "Nhầm số"})
    assert made.status_code == 201, made.text
    assert [made.json()[name]["allocated"]["amount"] for name in ("giving", "receiving")] == [8 * BILLION, 2 * BILLION]
    assert [one["corrected_by"] for one in made.json()["giving"]["entries"]] == [None, 3, None]
    again = await service.post("P57", "/budgets/transfers", right | {"reason": "Nhầm số"})
    assert (again.status_code, again.json()) == (200, made.json())
    unknown = await service.post("P57", "/budgets/transfers", right | {"amount": 1, "reason": "Nhầm số"})
    assert unknown.json()["errors"][0]["code"] == "transfer-unknown", "it was corrected already"
    undone = right | {"amount": 0, "corrects": made.json()["transfer_id"], "reason": "Không điều chuyển nữa"}
    gone = await service.post("P57", "/budgets/transfers", undone)
    assert [gone.json()[name]["allocated"]["amount"] for name in ("giving", "receiving")] == [10 * BILLION, 0]
    assert (await service.get("/budgets/totals"))["allocated"]["amount"] == 10 * BILLION
    changes = [event.change for event in await service.events() if event.entity_type == "budget"]
    assert changes[-4:] == ["amount_corrected"] * 4


@pytest.mark.asyncio
async def test_who_decides_on_both_lines_transfers_between_them(service: Service) -> None:
    giving, receiving = await lines_of_two(service)
    for code in ("75", "G01"):
        refused = await service.post(code, "/budgets/transfers", between(giving, receiving))
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    same = await service.post("P57", "/budgets/transfers", between(giving, giving))
    assert (same.status_code, same.json()["errors"][0]["code"]) == (422, "same-line")
