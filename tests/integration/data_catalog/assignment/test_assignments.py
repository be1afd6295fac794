"""Who answers for an entry: a position is asked, its body accepts or declines; owners through mergers of bodies."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.data_catalog.conftest import (
    MINISTRY,
    OTHER_MINISTRY,
    PLAN_02,
    STANDING_BODY,
    Service,
    an_entry,
    description,
)

from sixclear.data_catalog.assignment.service import succeed

pytestmark = pytest.mark.asyncio

NO = {"reason": "Chưa có quyết định bàn giao"}


def asked(role: str = "owner", body: str = "G01", **more: Any) -> dict[str, Any]:
    """The head of an office of a body is asked to answer in a role."""
    return {"role": role, "position": {"title": "Cục trưởng", "organisation": body}} | more


async def told(service: Service, entry: str, reader: str | None = None) -> list[tuple[str, str, str]]:
    """Role, body and status of each assignment of an entry, newest first."""
    page = await (service.read(reader, f"/own{entry}/assignments") if reader else service.get(f"{entry}/assignments"))
    return [(one["role"], one["organisation"]["code"], one["status"]) for one in page["items"]]


async def owners(service: Service, entry: str) -> list[tuple[str, str | None, str | None]]:
    """Each owner with the days on which it began and ended, newest first."""
    items = (await service.get(f"{entry}/owners"))["items"]
    return [
        (one["organisation"]["code"], one["from_at"] and one["from_at"][:10], one["to_at"] and one["to_at"][:10])
        for one in items
    ]


async def test_a_body_owns_an_entry_once_it_has_accepted_it(service: Service) -> None:
    made = await service.done("steward", "/entries", description(lists=PLAN_02))
    entry = f"/entries/{made['entry_id']}"
    decision = {"document": "Quyết định số 15/QĐ-TTg", "decided_on": "2025-12-03", "url": None}
    proposed = await service.done("ministry", f"{entry}/assignments", asked(decision=decision))
    assert (proposed["status"], proposed["valid_from"], proposed["decided_at"]) == ("proposed", None, None)
    before = await service.get(entry)
    assert (before["version"], before["owner_organisation_id"]) == (made["version"], str(MINISTRY))
    again = await service.post("ministry", f"{entry}/assignments", asked(decision=decision))
    assert (again.status_code, again.json()) == (200, proposed)
    service.clock.pass_by(days=2)
    accept = f"{entry}/assignments/{proposed['assignment_id']}/accept"
    for client_id in ("ministry", "steward"):
        refused = await service.post(client_id, accept, {})
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    accepted = await service.done("other-ministry", accept, {})
    assert (accepted["status"], accepted["valid_from"]) == ("accepted", "2025-12-06")
    assert await service.done("other-ministry", accept, {}) == accepted
    shown = await service.get(entry)
    assert (shown["owner_organisation_id"], shown["code"], shown["lists"]) == (str(OTHER_MINISTRY), "KHCN-01", PLAN_02)
    assert await owners(service, entry) == [("G01", "2025-12-06", None), ("G06", "2025-12-04", "2025-12-06")]
    [change, *_] = (await service.get(f"{entry}/history"))["items"]
    assert (change["change"], change["decision"]) == ("owner_changed", decision)
    assert change["organisation_id"] == str(OTHER_MINISTRY)
    assert (await service.post("ministry", f"{entry}/stage", {"deployment_stage": "rebuild"})).status_code == 403
    assert (await service.done("other-ministry", f"{entry}/heartbeats", {}))["heartbeat"]["last_at"]


async def test_four_stewards_and_the_owner_answer_one_position_each(service: Service) -> None:
    entry = await an_entry(service)
    for role in ("owner", "business", "technical", "security", "sharing"):
        made = await service.done("ministry", f"{entry}/assignments", asked(role, "G06"))
        assert (made["status"], made["valid_from"]) == ("accepted", "2025-12-04"), "a body accepts for itself"
    service.clock.pass_by(days=1)
    other = asked("technical", "G06") | {"position": {"title": "Giám đốc Trung tâm", "organisation": "G06"}}
    await service.done("ministry", f"{entry}/assignments", other)
    shown = await told(service, entry)
    assert shown[0] == ("technical", "G06", "accepted")
    assert sorted(shown[1:]) == [
        ("business", "G06", "accepted"),
        ("owner", "G06", "accepted"),
        ("security", "G06", "accepted"),
        ("sharing", "G06", "accepted"),
        ("technical", "G06", "ended"),
    ]
    assert (await service.get(entry))["owner_organisation_id"] == str(MINISTRY)


async def test_who_declines_or_is_asked_no_more_is_told_to_the_parties_alone(service: Service) -> None:
    entry = await an_entry(service)
    first = await service.done("ministry", f"{entry}/assignments", asked("security"))
    path = f"{entry}/assignments/{first['assignment_id']}"
    open_one = asked("security") | {"position": {"title": "Trưởng phòng", "organisation": "P57"}}
    refused = await service.post("ministry", f"{entry}/assignments", open_one)
    assert (refused.status_code, refused.json()["code"]) == (409, "assignment-open")
    [waits] = (await service.read("other-ministry", "/own/assignments", status="proposed"))["items"]
    assert waits["assignment_id"] == first["assignment_id"]
    assert (await service.read("ministry", "/own/assignments"))["items"] == []
    declined = await service.done("other-ministry", f"{path}/decline", NO)
    assert (declined["status"], declined["reason"]) == ("declined", NO["reason"])
    refused = await service.post("other-ministry", f"{path}/accept", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert await told(service, entry) == []
    assert await told(service, entry, "ministry") == [("security", "G01", "declined")]
    second = await service.done("ministry", f"{entry}/assignments", open_one)
    assert (second["status"], second["organisation"]["code"]) == ("proposed", "P57")
    stranger = await service.post("other-ministry", f"{entry}/assignments/{second['assignment_id']}/end", NO)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "organisation-not-allowed")
    await service.done("steward", f"{entry}/assignments/{second['assignment_id']}/end", NO)
    assert await told(service, entry) == []
    unknown = await service.post("ministry", f"{entry}/assignments/{STANDING_BODY}/end", NO)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "assignment-not-found")


async def test_no_body_is_asked_that_may_not_know_of_the_entry(service: Service) -> None:
    made = await service.done("ministry", "/entries", description(classification="restricted"))
    entry, before = f"/entries/{made['entry_id']}", await service.counts()
    refused = await service.post("ministry", f"{entry}/assignments", asked())
    assert (refused.status_code, refused.json()["code"]) == (409, "receiver-cannot-read")
    assert await service.counts() == before
    await service.done("ministry", f"{entry}/assignments", asked("security", "G06"))
    assert (await service.http.get(f"{service.prefix}{entry}/assignments")).status_code == 404
    assert await told(service, entry, "ministry") == [("security", "G06", "accepted")]


async def test_a_new_owner_never_has_one_code_twice(service: Service) -> None:
    entry = await an_entry(service)
    other = description(owner_organisation_id=str(OTHER_MINISTRY))
    mine = await service.done("other-ministry", "/entries", other)
    proposed = await service.done("ministry", f"{entry}/assignments", asked())
    before = await service.counts()
    path = f"{entry}/assignments/{proposed['assignment_id']}/accept"
    refused = await service.post("other-ministry", path, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "already-registered")
    assert refused.json()["existing"].endswith(mine["entry_id"])
    assert await service.counts() == before
    assert (await told(service, entry, "ministry"))[0][2] == "proposed"


async def test_what_an_owner_proposed_ends_with_its_ownership(service: Service) -> None:
    entry = await an_entry(service)
    stale = await service.done("ministry", f"{entry}/assignments", asked(body="P57"))
    handed = description(owner_organisation_id=str(OTHER_MINISTRY))
    await service.done("steward", "/entries", handed)
    refused = await service.post("steward", f"{entry}/assignments/{stale['assignment_id']}/accept", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "owner-changed-since")
    assert (await service.get(entry))["owner_organisation_id"] == str(OTHER_MINISTRY)
    new = await service.done("other-ministry", f"{entry}/assignments", asked(body="P57"))
    assert new["assignment_id"] != stale["assignment_id"]
    assert sorted(await told(service, entry, "other-ministry")) == [
        ("owner", "P57", "ended"),
        ("owner", "P57", "proposed"),
    ]
    await service.done("steward", f"{entry}/assignments/{new['assignment_id']}/accept", {})
    assert (await service.get(entry))["owner"]["code"] == "P57"


async def test_a_position_that_owned_before_is_asked_again_like_any_other(service: Service) -> None:
    entry = await an_entry(service)
    first = await service.done("ministry", f"{entry}/assignments", asked(body="G06"))
    await service.done("steward", "/entries", description(owner_organisation_id=str(OTHER_MINISTRY)))
    back = await service.done("other-ministry", f"{entry}/assignments", asked(body="G06"))
    assert (back["assignment_id"] == first["assignment_id"], back["status"]) == (False, "proposed")
    await service.done("ministry", f"{entry}/assignments/{back['assignment_id']}/accept", {})
    assert (await service.get(entry))["owner_organisation_id"] == str(MINISTRY)


async def test_what_was_never_accepted_is_told_to_nobody_else_also_with_a_day(service: Service) -> None:
    entry = await an_entry(service)
    made = await service.done("ministry", f"{entry}/assignments", asked("security", valid_from="2026-01-01"))
    await service.done("ministry", f"{entry}/assignments/{made['assignment_id']}/end", NO)
    assert await told(service, entry) == []
    assert await told(service, entry, "ministry") == [("security", "G01", "ended")]


async def test_why_a_position_answers_no_more_is_for_the_parties(service: Service) -> None:
    entry = await an_entry(service)
    made = await service.done("ministry", f"{entry}/assignments", asked("security"))
    path = f"{entry}/assignments/{made['assignment_id']}"
    await service.done("other-ministry", f"{path}/accept", {})
    await service.done("ministry", f"{path}/end", NO)
    [everyone] = (await service.get(f"{entry}/assignments"))["items"]
    assert (everyone["status"], everyone["reason"]) == ("ended", None)
    for reader in ("ministry", "other-ministry"):
        [party] = (await service.read(reader, f"/own{entry}/assignments"))["items"]
        assert party["reason"] == NO["reason"], reader


async def merged(service: Service, first_day_without: str) -> None:
    """The ministry is merged into the other one, as `tasks` publishes it."""
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE organisation SET successor_id = :into, valid_to = :day WHERE entity_id = :own"),
            {"into": OTHER_MINISTRY, "own": MINISTRY, "day": date.fromisoformat(first_day_without)},
        )


async def run_succession(service: Service, times: int = 2) -> None:
    """The step that each process takes once a minute; twice is as once."""
    for _ in range(times):
        await succeed(service.database, service.log, service.clock)


async def test_the_successor_of_a_merged_body_owns_its_entries_and_the_past_stays(service: Service) -> None:
    entry = await an_entry(service)
    hidden = await service.done("ministry", "/entries", description(code="KHCN-02", classification="restricted"))
    twice = await an_entry(service, code="KHCN-03")
    await service.done("other-ministry", "/entries", description(code="KHCN-03", owner_organisation_id="G01"))
    before = await service.get(entry)
    await merged(service, "2025-12-31")
    await run_succession(service)
    assert (await service.get(entry))["owner_organisation_id"] == str(MINISTRY), "the body has days left"
    await service.done("ministry", f"{entry}/assignments", asked("owner", "G06"))
    service.clock.pass_by(days=26, hours=15)
    assert service.clock().isoformat() == "2025-12-30T18:00:00+00:00", "the 31st has begun in Hanoi"
    await run_succession(service)
    shown = await service.get(entry)
    moved = {name for name in shown if shown[name] != before[name]}
    assert moved == {"owner_organisation_id", "owner", "version", "occurred_at", "recorded_at"}
    assert (shown["owner"]["code"], shown["version"]) == ("G01", before["version"] + 1)
    assert await owners(service, entry) == [("G01", "2025-12-30", None), ("G06", "2025-12-04", "2025-12-30")]
    assert await told(service, entry) == [("owner", "G06", "ended")]
    [_, old] = (await service.get(f"{entry}/owners"))["items"]
    assert (old["successor"]["code"], old["ended_on"]) == ("G01", "2025-12-30")
    assert (await service.read("other-ministry", f"/own/entries/{hidden['entry_id']}"))["code"] == "KHCN-02"
    # Of a code that the successor has already, a steward says which entry it is.
    assert (await service.get(twice))["owner_organisation_id"] == str(MINISTRY)
    changed = [event for event in await service.events() if event.change == "owner_changed"]
    assert {(event.entity_id, event.published) for event in changed} == {
        (UUID(entry.removeprefix("/entries/")), True),
        (UUID(hidden["entry_id"]), False),
    }


async def test_a_successor_that_describes_an_entry_before_the_rule_ran_gets_it(service: Service) -> None:
    entry = await an_entry(service)
    await merged(service, "2025-12-31")
    service.clock.pass_by(days=30)
    body = description(owner_organisation_id="G01")
    described = await service.post("other-ministry", "/entries", body)
    assert (described.status_code, f"/entries/{described.json()['entry_id']}") == (200, entry)
    assert await owners(service, entry) == [("G01", "2025-12-30", None), ("G06", "2025-12-04", "2025-12-30")]
    refused = await service.post("ministry", "/entries", description(code="KHCN-09"))
    assert (refused.status_code, refused.json()["code"]) == (409, "owner-merged")
    assert "G01" in refused.json()["errors"][0]["detail"]
