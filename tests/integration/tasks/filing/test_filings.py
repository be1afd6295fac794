"""What a body owes a programme comes into being by time, is filed once, and is decided on by the programme's owner."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.filing.filings import WEEKLY, at, file, oblige, states, told
from tests.integration.tasks.urge.urges import civil

from sixclear.tasks.filing.service.passing import pass_time

pytestmark = pytest.mark.asyncio
# It is Thursday 4 December 2025, in week 49.


async def test_a_body_that_leads_a_task_owes_a_filing_each_week_and_is_late_after_noon_of_monday(
    service: Service,
) -> None:
    await an_assigned_task(service)
    await oblige(service, WEEKLY)
    (owed,) = (await service.get("/filings"))["items"]
    assert (owed["organisation"]["code"], owed["period"], owed["state"]) == ("G06", "2025-W49", "awaited")
    assert [owed[name] for name in ("starts_at", "due_at", "locks_at")] == [
        "2025-11-30T17:00:00Z",
        "2025-12-08T05:00:00Z",
        "2025-12-15T05:00:00Z",
    ]
    assert (await file(service, "G06", "2025-W49")).status_code == 201
    assert await at(service, 2025, 12, 8, 1) == [("opened", "2025-W50")]
    assert await at(service, 2025, 12, 15, 12) == [("opened", "2025-W51")], "at the instant itself it is in time"
    assert await at(service, 2025, 12, 15, 12, 1) == [("missed", "2025-W50")]
    late = await file(service, "G06", "2025-W50")
    assert [one["state"] for one in late.json()["items"]] == ["late"]
    assert await at(service, 2025, 12, 29, 13) == [
        ("opened", "2025-W52"),
        ("opened", "2026-W01"),
        ("missed", "2025-W51"),
        ("locked", "2025-W51"),
        ("missed", "2025-W52"),
    ]
    assert await states(service) == {
        "G06 2025-W49": "on_time",
        "G06 2025-W50": "late",
        "G06 2025-W51": "missing",
        "G06 2025-W52": "missing",
        "G06 2026-W01": "awaited",
    }
    assert list(await states(service, state="missing", organisation="G06")) == ["G06 2025-W52", "G06 2025-W51"]
    assert await states(service, state="on_time", period="2025-W50") == {}


async def test_no_change_is_one_event_no_progress_and_the_same_again_is_nothing(service: Service) -> None:
    still = await an_assigned_task(service, external_id="NV-1")
    moved = await an_assigned_task(service, external_id="NV-2")
    named = await an_assigned_task(service, external_id="NV-3")
    await an_assigned_task(service, external_id="NV-4", classification="restricted")
    await oblige(service, WEEKLY)
    await service.post("G06", f"/tasks/{moved}/progress", {"percent": 20, "text": "Đã chọn nhà thầu"})
    before, log = await service.get(f"/tasks/{still}"), len(await service.events())
    filed = await file(service, "G06", "2025-W49", no_change_except=[str(named)])
    assert (filed.status_code, filed.json()["items"][0]["no_change"]) == (201, 1), "the restricted one is not told of"
    assert len(await service.events()) == log + 1
    assert await service.get(f"/tasks/{still}") == before, "no report, no progress, no version"
    again = await file(service, "G06", "2025-W49", programme="plan", no_change_except=[str(named)])
    assert (again.status_code, again.json()) == (200, filed.json())
    assert len(await service.events()) == log + 1
    corrected = await file(service, "G06", "2025-W49")
    assert (corrected.status_code, corrected.json()["items"][0]["no_change"]) == (201, 2)
    assert corrected.json()["items"][0]["filed_at"] == filed.json()["items"][0]["filed_at"]


async def test_what_is_not_owed_or_not_ones_own_is_refused(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await oblige(service, WEEKLY)
    assert (await file(service, "G06", "2025-W50")).json()["code"] == "filing-not-owed", "it has not begun"
    assert (await file(service, "G01", "2025-W49")).json()["code"] == "filing-not-owed"
    foreign = await file(service, "G01", "2025-W49", no_change_except=[str(task_id)])
    assert [one["pointer"] for one in foreign.json()["errors"]] == ["#/no_change_except/0"]
    assert (await file(service, "G06", "tuần 49")).status_code == 422


async def test_a_body_that_is_given_its_first_task_within_the_week_owes_it_too(service: Service) -> None:
    await oblige(service, WEEKLY)
    assert await states(service) == {}
    await an_assigned_task(service, lead_organisation="G01")
    await an_assigned_task(service, external_id="NV-2")
    assert (await file(service, "G06", "2025-W49")).status_code == 201, "before time has looked"
    assert await at(service, 2025, 12, 5, 0, 1) == [("opened", "2025-W49")]
    assert await states(service) == {"G06 2025-W49": "on_time", "G01 2025-W49": "awaited"}


async def test_a_body_that_was_closed_is_asked_for_nothing_new(service: Service) -> None:
    led = {"lead_organisation": "25999", "responsible_position": {"title": "Chủ tịch", "organisation": "25999"}}
    await an_assigned_task(service, **led)
    await oblige(service, WEEKLY)
    assert await states(service) == {"25999 2025-W49": "awaited"}
    entry = {"successor": "75", "reason": "Sắp xếp lại", "document": "202/2025/QH15"}
    assert (await service.post("75", "/organisations/25999/close", entry)).status_code == 200
    # Its work is still with it: the worker that hands it over has not come to it.
    assert await at(service, 2025, 12, 8, 9) == []
    assert await states(service) == {"25999 2025-W49": "awaited"}, "what it owed stays owed, until it is exempted"


async def test_levels_and_named_bodies_owe_it_without_a_task_and_file_it_empty(service: Service) -> None:
    monthly = {"name": "monthly", "every": "month", "who": "level", "level": "commune", "due_days": -9.5}
    named = {"name": "quarterly", "every": "quarter", "who": "named", "organisations": ["G01", "75"]}
    said = await oblige(service, monthly, named)
    assert [one["code"] for one in said["obligations"][1]["organisations"]] == ["G01", "75"]
    assert await states(service) == {
        "25999 2025-12": "awaited",
        "G01 2025-Q4": "awaited",
        "75 2025-Q4": "awaited",
    }
    (monthly_owed,) = (await service.get("/filings", period="2025-12"))["items"]
    assert monthly_owed["due_at"] == "2025-12-22T05:00:00Z"
    (filed,) = (await file(service, "75", "2025-Q4")).json()["items"]
    assert (filed["state"], filed["empty"], filed["no_change"]) == ("on_time", True, 0)


async def test_over_tet_it_is_due_on_the_first_working_day(service: Service) -> None:
    """Tết is off from Saturday 14 to Sunday 22 February 2026."""
    await an_assigned_task(service)
    service.clock.now = civil(2026, 2, 9, 9)
    await oblige(service, WEEKLY)
    assert await at(service, 2026, 2, 22, 23) == [("opened", "2026-W08")]
    assert await at(service, 2026, 2, 23, 12, 1) == [
        ("opened", "2026-W09"),
        ("missed", "2026-W07"),
        ("missed", "2026-W08"),
    ], "two weeks are due on one day"


async def test_after_a_standstill_of_forty_days_two_processes_open_and_lock_each_week_once(service: Service) -> None:
    await an_assigned_task(service)
    await oblige(service, WEEKLY)
    service.clock.now = civil(2026, 1, 13, 13)
    await asyncio.gather(*(pass_time(service.database, service.log, service.clock) for _ in range(3)))
    assert await pass_time(service.database, service.log, service.clock) == 0
    weeks = ["2025-W49", "2025-W50", "2025-W51", "2025-W52", "2026-W01", "2026-W02", "2026-W03"]
    changes = await told(service)
    assert [period for change, period in changes if change == "opened"] == weeks
    assert sorted(period for change, period in changes if change == "missed") == weeks[:6]
    assert sorted(period for change, period in changes if change == "locked") == weeks[:5]
    occurred = {one.change: one.occurred_at for one in await service.events() if one.data.get("period") == "2026-W01"}
    assert occurred["missed"] == civil(2026, 1, 5, 12), "each at the instant at which it became true"


async def test_a_task_of_which_nothing_changed_four_times_is_without_movement_until_it_is_reported_on(
    service: Service,
) -> None:
    still = await an_assigned_task(service, external_id="NV-1")
    moved = await an_assigned_task(service, external_id="NV-2")
    await an_assigned_task(service, external_id="NV-3", classification="restricted")
    await oblige(service, WEEKLY)

    async def of_tasks() -> list[tuple[str, Any]]:
        return [(one.change, one.entity_id) for one in await service.events() if one.entity_type == "task"][6:]

    for day, week in ((5, "2025-W49"), (12, "2025-W50"), (19, "2025-W51"), (26, "2025-W52")):
        await at(service, 2025, 12, day, 9)
        if week == "2025-W51":
            await service.post("G06", f"/tasks/{moved}/progress", {"percent": 20, "text": "Đã chọn nhà thầu"})
        assert await of_tasks() == ([] if day < 19 else [("progress_reported", moved)])
        assert (await file(service, "G06", week)).status_code == 201
    assert await of_tasks() == [("progress_reported", moved), ("stood_still", still)]
    await at(service, 2026, 1, 2, 9)
    assert (await file(service, "G06", "2026-W01")).status_code == 201
    assert len(await of_tasks()) == 2, "that is known"
    (noted,) = [one for one in await service.events() if one.change == "stood_still"]
    assert (noted.data["unmoved_at"], noted.data["last_report_at"]) == ("2025-12-26T02:00:00Z", None)


async def decided(service: Service, filing_id: str, step: str, code: str = "P57", **entry: Any) -> Any:
    return await service.post(code, f"/filings/{filing_id}/{step}", {"reason": "Bão số 10", **entry})


async def test_a_locked_week_is_reopened_with_a_reason_and_filed_late(service: Service) -> None:
    await an_assigned_task(service)
    await oblige(service, WEEKLY)
    await at(service, 2026, 1, 13, 13)
    filing_id = (await service.get("/filings", period="2025-W49"))["items"][0]["filing_id"]
    assert (await file(service, "G06", "2025-W49")).json()["code"] == "filing-closed"
    assert (await decided(service, filing_id, "reopen", "G06")).status_code == 403
    assert (await service.post("P57", f"/filings/{filing_id}/reopen", {})).status_code == 422, "not without a reason"
    opened = (await decided(service, filing_id, "reopen")).json()
    assert (opened["state"], opened["locked"], opened["locks_at"]) == ("missing", False, "2026-01-20T06:00:00Z")
    assert (await decided(service, filing_id, "reopen")).status_code == 409
    assert (await file(service, "G06", "2025-W49")).json()["items"][0]["state"] == "late"
    assert (await service.get(f"/filings/{filing_id}"))["reason"] is None, "the reason is for those concerned"


async def test_what_is_exempted_by_a_dated_decision_is_expected_no_more_until_it_is_reopened(service: Service) -> None:
    await an_assigned_task(service)
    await oblige(service, WEEKLY)
    filing_id = (await service.get("/filings"))["items"][0]["filing_id"]
    assert (await decided(service, filing_id, "exempt", decided_on="2025-12-05")).json()["code"] == "fact-in-future"
    entry = {"decided_on": "2025-12-03", "document": "12/QĐ-BCĐ"}
    exempted = (await decided(service, filing_id, "exempt", **entry)).json()
    assert (exempted["state"], exempted["exempted_on"]) == ("exempted", "2025-12-03")
    assert exempted["reason"] == "12/QĐ-BCĐ: Bão số 10"
    assert (await decided(service, filing_id, "exempt", **entry)).json() == exempted
    other_day = await decided(service, filing_id, "exempt", **entry | {"decided_on": "2025-12-02"})
    assert other_day.json()["code"] == "transition-not-allowed", "it is another decision, not the same again"
    assert (await file(service, "G06", "2025-W49")).json()["code"] == "filing-closed"
    assert await at(service, 2025, 12, 8, 13) == [("opened", "2025-W50")]
    assert (await decided(service, filing_id, "reopen")).json()["state"] == "missing"
    assert await at(service, 2025, 12, 16, 13) == [
        ("opened", "2025-W51"),
        ("missed", "2025-W50"),
        ("locked", "2025-W49"),
    ]


async def test_what_a_programme_asks_for_changes_from_the_next_period_on(service: Service) -> None:
    await an_assigned_task(service)
    await oblige(service, WEEKLY)
    version = (await service.get("/programmes/plan"))["version"]
    await oblige(service, WEEKLY)
    assert (await service.get("/programmes/plan"))["version"] == version, "the same is nothing new"
    await oblige(service, WEEKLY | {"every": "month"})
    assert await at(service, 2025, 12, 31, 23) == [("missed", "2025-W49"), ("locked", "2025-W49")]
    assert await at(service, 2026, 1, 1, 1) == [("opened", "2026-01")]
    await oblige(service)
    assert await at(service, 2026, 2, 2, 13) == [("missed", "2026-01")], "what was asked for stays asked for"


async def test_what_ended_and_begins_again_asks_for_nothing_in_retrospect(service: Service) -> None:
    await an_assigned_task(service)
    await oblige(service, WEEKLY | {"until": "2025-12-07"})
    assert await at(service, 2026, 1, 20, 9) == [("missed", "2025-W49"), ("locked", "2025-W49")]
    for again in (WEEKLY, WEEKLY | {"until": "2026-01-20"}, WEEKLY):
        await oblige(service, again)
    assert await states(service) == {"G06 2025-W49": "missing", "G06 2026-W04": "awaited"}
    assert await at(service, 2026, 1, 26, 9) == [("opened", "2026-W05")]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"since": "2025-12-03"}, "since", "since-past"),
        ({"until": "2025-12-03"}, "until", "ends-before"),
        ({"who": "level"}, "level", "level-unfit"),
        ({"who": "named"}, "organisations", "organisations-unfit"),
        ({"due_days": -7}, "due_days", "due-before"),
        ({"late_days": 3, "lock_days": 2}, "lock_days", "locked-before-late"),
    ],
)
async def test_an_obligation_that_cannot_be_names_its_field(
    service: Service, changes: dict[str, Any], pointer: str, code: str
) -> None:
    path, headers = f"{service.prefix}/programmes/plan/obligations", service.headers("P57")
    refused = await service.http.put(path, json={"obligations": [WEEKLY | changes]}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "obligations-refused")
    found = [(one["pointer"], one["code"]) for one in refused.json()["errors"]]
    assert found == [(f"#/obligations/0/{pointer}", code)]
    foreign = await service.http.put(path, json={"obligations": [WEEKLY]}, headers=service.headers("G06"))
    assert foreign.status_code == 403


async def test_an_obligation_at_which_the_service_fails_stops_no_other(service: Service) -> None:
    """It cannot be read: by the hand of an operator, or written by a later release."""
    await an_assigned_task(service)
    other = {"slug": "khac", "name_vi": "Khác", "name_en": "Other", "resolution": "57-NQ/TW", "owner": "P57"}
    await service.post("P57", "/programmes", other)
    await an_assigned_task(service, external_id="NV-2", programme="khac")
    await oblige(service, WEEKLY, slug="khac")
    await oblige(service, WEEKLY)
    async with service.database.transaction() as session:
        unread = """UPDATE programme SET obligations = '[{"fortnights": 1}]' WHERE slug = 'khac'"""
        await session.execute(text(unread))
    assert await at(service, 2025, 12, 8, 1) == [("opened", "2025-W50")]
