"""Entries over HTTP: registered and described again, moved, alive, listed."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.integration.data_catalog.conftest import (
    MINISTRY,
    OTHER_MINISTRY,
    PLAN_02,
    REQUEST,
    Service,
    an_entry,
    description,
    some_entries,
)

from sixclear.common.ids import stable_id

PAST = "2025-06-20T10:00:00+07:00"


@pytest.mark.asyncio
async def test_an_entry_begins_at_the_bottom_of_both_ladders(service: Service) -> None:
    response = await service.post("ministry", "/entries", description())
    assert response.status_code == 201
    entry = response.json()
    assert entry["entry_id"] == str(stable_id("entry", "KHCN-01"))
    assert (entry["deployment_stage"], entry["risk"]) == ("not_deployed", "none")
    assert entry["registration"]["status"] == "draft"
    assert entry["heartbeat"]["freshness"] == "silent"
    assert entry["lists"] == []
    assert response.headers["ETag"] == '"1.1"'
    path = f"/entries/{entry['entry_id']}"
    assert await service.read("ministry", f"/own{path}") == entry
    assert await service.get(path) == entry | {"security_level": None}
    [event] = await service.events()
    assert (event.change, event.version, event.previous_version) == ("registered", 1, None)


@pytest.mark.asyncio
async def test_the_same_description_again_changes_and_publishes_nothing(service: Service) -> None:
    await service.done("steward", "/entries", description(lists=PLAN_02))
    response = await service.post("ministry", "/entries", description(lists=PLAN_02 * 2))
    assert (response.status_code, response.json()["version"]) == (200, 1)
    assert len(await service.events()) == 1


@pytest.mark.asyncio
async def test_a_new_description_replaces_the_old_one_and_leaves_the_ladders(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("ministry", f"{entry}/stage", {"deployment_stage": "deploying_foundation"})
    changed = description(name_vi="Cơ sở dữ liệu đề tài", security_level=None)
    response = await service.post("ministry", "/entries", changed)
    assert (response.status_code, response.json()["version"]) == (200, 3)
    answer = response.json()
    assert (answer["name_vi"], answer["security_level"]) == ("Cơ sở dữ liệu đề tài", None)
    assert answer["deployment_stage"] == "deploying_foundation"
    assert [event.change for event in await service.events()][-1] == "updated"


@pytest.mark.asyncio
async def test_a_list_or_an_edition_that_nobody_knows_is_named(service: Service) -> None:
    listings = [{"list": "plan-02", "edition": "2026"}, {"list": "plan-02", "edition": "1999"}]
    response = await service.post("ministry", "/entries", description(lists=listings))
    assert (response.status_code, response.json()["code"]) == (422, "reference-unknown")
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/lists/1"]
    assert (await service.counts())["entry"] == 0


@pytest.mark.asyncio
async def test_an_owner_does_not_put_its_own_entry_on_a_list(service: Service) -> None:
    refused = await service.post("ministry", "/entries", description(lists=PLAN_02))
    assert (refused.status_code, refused.json()["code"]) == (403, "listing-needs-steward")
    assert (await service.counts())["entry"] == 0
    await service.done("steward", "/entries", description(lists=PLAN_02))
    for lists in (
        [],
        [{"list": "plan-02", "edition": "2026"}],
        [*PLAN_02, {"list": "resolution-71", "edition": "2025"}],
    ):
        refused = await service.post("ministry", "/entries", description(lists=lists, name_vi="Tên khác"))
        assert (refused.status_code, refused.json()["code"]) == (403, "listing-needs-steward"), lists
        assert refused.json()["errors"][0]["pointer"] == "#/lists"
    assert len(await service.events()) == 1


@pytest.mark.asyncio
async def test_lists_that_are_left_out_or_repeated_stay_as_they_are(service: Service) -> None:
    await service.done("steward", "/entries", description(lists=PLAN_02))
    for client_id in ("ministry", "steward"):
        renamed = await service.done(client_id, "/entries", description(name_vi=f"Tên của {client_id}"))
        assert renamed["lists"] == PLAN_02
    renamed = await service.done("ministry", "/entries", description(name_vi="Tên khác", lists=PLAN_02))
    assert (renamed["lists"], renamed["version"]) == (PLAN_02, 4)
    assert (await service.done("steward", "/entries", description(name_vi="Tên khác", lists=[])))["lists"] == []


@pytest.mark.asyncio
async def test_another_organisation_touches_nothing(service: Service) -> None:
    entry = await an_entry(service)
    before = await service.counts()
    for path, body in (
        ("/entries", description(code="X-1")),
        (f"{entry}/stage", {"deployment_stage": "formed_centralised", "risk": "none"}),
        (f"{entry}/heartbeats", {}),
        (f"{entry}/documents", REQUEST),
        (f"{entry}/registration/submit", {}),
    ):
        response = await service.post("other-ministry", path, body)
        assert (response.status_code, response.json()["code"]) == (403, "organisation-not-allowed"), path
    assert await service.counts() == before


@pytest.mark.asyncio
async def test_a_steward_keeps_the_entries_of_all_but_does_not_speak_for_their_systems(service: Service) -> None:
    entry = await service.done("steward", "/entries", description())
    assert entry["registration"]["status"] == "not_submitted"
    path = f"/entries/{entry['entry_id']}"
    await service.done("steward", f"{path}/stage", {"deployment_stage": "deploying_foundation", "risk": "high"})
    taken_over = description(owner_organisation_id=str(OTHER_MINISTRY))
    assert (await service.done("steward", "/entries", taken_over))["owner_organisation_id"] == str(OTHER_MINISTRY)
    for step in ("documents", "registration/submit"):
        assert (
            await service.post("steward", f"{path}/{step}", REQUEST if step == "documents" else {})
        ).status_code == 403
    assert (await service.post("steward", f"{path}/heartbeats", {})).json()["code"] == "insufficient-scope"
    await service.done("other-ministry", f"{path}/documents", REQUEST)
    assert (await service.get(path))["registration"]["status"] == "draft"


@pytest.mark.asyncio
async def test_the_deployment_ladder_over_http(service: Service) -> None:
    entry = await an_entry(service)
    stage = f"{entry}/stage"
    high = await service.done("ministry", stage, {"deployment_stage": "formed_centralised", "risk": "high"})
    assert (high["deployment_stage"], high["risk"], high["version"]) == ("formed_centralised", "high", 2)
    again = await service.done("ministry", stage, {"deployment_stage": "formed_centralised"})
    assert (again["risk"], again["version"]) == ("high", 2)
    back = await service.post("ministry", stage, {"deployment_stage": "deploying_foundation", "risk": "none"})
    assert (back.status_code, back.json()["code"]) == (422, "reason-missing")
    decided = {"deployment_stage": "rebuild", "risk": "none", "reason": "Kiến trúc cũ"}
    assert (await service.done("ministry", stage, decided))["deployment_stage"] == "rebuild"
    retired = {"deployment_stage": "retire", "reason": "Thay bằng hệ thống khác"}
    await service.done("ministry", stage, retired)
    refused = await service.post("ministry", stage, decided)
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    history = await service.get(f"{entry}/history")
    assert [change["deployment_stage"] for change in history["items"]] == [
        "retire",
        "rebuild",
        "formed_centralised",
        "not_deployed",
    ]
    assert "Kiến trúc cũ" not in str(history)
    assert {change["organisation_id"] for change in history["items"]} == {str(MINISTRY)}


@pytest.mark.usefixtures("both_ways")
@pytest.mark.asyncio
async def test_a_heartbeat_makes_an_entry_fresh_until_its_promise_ends(service: Service) -> None:
    entry = await an_entry(service)
    response = await service.post("ministry", f"{entry}/heartbeats", {"records_count": 12})
    assert response.status_code == 201
    assert response.json()["heartbeat"] == {
        "promised_period_seconds": 86_400,
        "last_at": "2025-12-04T03:00:00Z",
        "fresh_until": "2025-12-05T03:00:00Z",
        "freshness": "fresh",
    }
    address, fresh = f"/api/catalog/v1{entry}", {"If-None-Match": response.headers["ETag"]}
    service.clock.pass_by(days=1)
    assert (await service.get(entry))["heartbeat"]["freshness"] == "fresh"
    assert (await service.http.get(address, headers=fresh)).status_code == 304
    service.clock.pass_by(seconds=1)
    assert (await service.get(entry))["heartbeat"]["freshness"] == "late"
    assert (await service.http.get(address, headers=fresh)).status_code == 200
    beaten = await service.done("ministry", f"{entry}/heartbeats", {})
    assert (beaten["records_count"], beaten["heartbeat"]["freshness"]) == (12, "fresh")


@pytest.mark.usefixtures("both_ways")
@pytest.mark.asyncio
async def test_a_heartbeat_that_is_sent_again_is_taken_once(service: Service) -> None:
    await service.done("historian", "/entries", description(occurred_at=PAST))
    path = f"/entries/{stable_id('entry', 'KHCN-01')}/heartbeats"
    beat = {"records_count": 5, "occurred_at": "2025-12-03T06:00:00+07:00"}
    statuses = [(await service.post("historian", path, beat)).status_code for _ in range(2)]
    assert statuses == [201, 200]
    assert len(await service.events()) == 2


@pytest.mark.usefixtures("both_ways")
@pytest.mark.asyncio
async def test_a_heartbeat_that_arrives_late_is_taken_in_its_place(service: Service) -> None:
    """At 03:00 the entry changed; heartbeats of 02:00, 02:30 and 02:15 arrive after it, in this order."""
    entry = await an_entry(service)
    hours = ("02:00", "02:30", "02:15", "02:30")
    seen = []
    for number, hour in enumerate(hours):
        beat = {"records_count": number, "occurred_at": f"2025-12-04T{hour}:00Z"}
        response = await service.post("historian", f"{entry}/heartbeats", beat)
        shown = response.json()
        seen.append((response.status_code, shown["heartbeat"]["last_at"], shown["records_count"], shown["version"]))
        assert (shown["occurred_at"], shown["deployment_stage"]) == ("2025-12-04T03:00:00Z", "not_deployed")
    assert seen == [
        (201, "2025-12-04T02:00:00Z", 0, 2),
        (201, "2025-12-04T02:30:00Z", 1, 3),
        (200, "2025-12-04T02:30:00Z", 1, 3),
        (201, "2025-12-04T02:30:00Z", 3, 4),
    ]
    events = await service.events()
    assert [event.occurred_at for event in events] == sorted(event.occurred_at for event in events)


@pytest.mark.asyncio
async def test_an_old_stage_that_is_sent_again_does_not_set_a_database_back(service: Service) -> None:
    entry = await an_entry(service)
    stage = f"{entry}/stage"
    rebuild = {"deployment_stage": "rebuild", "reason": "Kiến trúc cũ"}
    formed = {"deployment_stage": "formed_centralised"}
    for step in (formed, rebuild):
        await service.done("ministry", stage, step)
    refused = await service.post("ministry", stage, formed)
    assert (refused.status_code, refused.json()["code"]) == (409, "stage-repeated")
    shown = await service.http.get(f"{service.prefix}{entry}")
    assert shown.json()["deployment_stage"] == "rebuild"
    meant = await service.post("ministry", stage, formed, **{"If-Match": shown.headers["ETag"]})
    assert (meant.status_code, meant.json()["deployment_stage"]) == (200, "formed_centralised")
    again = await service.post("ministry", stage, rebuild)
    assert (again.status_code, again.json()["code"]) == (409, "stage-repeated")
    decided = await service.done("ministry", stage, rebuild | {"reason": "Kiến trúc cũ, lần hai"})
    assert decided["deployment_stage"] == "rebuild"
    known = await service.post("ministry", stage, formed | {"risk": "none"})
    assert (known.status_code, known.json()["code"]) == (409, "stage-repeated"), "it was formed at this risk before"
    new = await service.done("ministry", stage, formed | {"risk": "high"})
    assert (new["deployment_stage"], new["risk"]) == ("formed_centralised", "high"), "no message said this before"


@pytest.mark.asyncio
@pytest.mark.parametrize("step", ["stage", "heartbeats", "documents", "registration/submit"])
async def test_facts_of_the_past_are_told_in_order_and_need_a_scope(service: Service, step: str) -> None:
    body: dict[str, Any] = {
        "stage": {"deployment_stage": "formed_centralised"},
        "documents": {"title": "Thuyết minh", "sha256": "0" * 64},
    }.get(step, {})
    await service.done("historian", "/entries", description(occurred_at=PAST))
    entry = f"/entries/{stable_id('entry', 'KHCN-01')}"
    await service.done("historian", f"{entry}/documents", REQUEST | {"occurred_at": PAST})
    path = f"{entry}/{step}"
    before = await service.counts()
    for client_id, occurred_at, status, code in (
        ("ministry", "2025-07-01T00:00:00Z", 403, "facts-past-not-allowed"),
        ("historian", "2025-06-20T02:59:59Z", 409, "fact-behind-last-change"),
        ("historian", "2025-12-04T03:01:01Z", 422, "fact-in-future"),
    ):
        if (step, status) == ("heartbeats", 409):
            continue  # one that arrives late is taken in its place
        response = await service.post(client_id, path, body | {"occurred_at": occurred_at})
        assert (response.status_code, response.json()["code"]) == (status, code)
    assert await service.counts() == before
    done = await service.done("historian", path, body | {"occurred_at": "2025-07-01T07:00:00+07:00"})
    assert (done["occurred_at"], done["recorded_at"]) == ("2025-07-01T00:00:00Z", "2025-12-04T03:00:00Z")


@pytest.mark.asyncio
@pytest.mark.parametrize("stated", ["2025-12-04T03:00:01Z", "2025-12-04T10:01:00+07:00"])
async def test_a_backup_by_a_clock_that_is_a_minute_ahead_is_of_now(service: Service, stated: str) -> None:
    done = await service.done("ministry", "/entries", description(last_backup_at=stated))
    assert done["last_backup_at"] == "2025-12-04T03:00:00Z"
    response = await service.post("ministry", "/entries", description(last_backup_at="2025-12-04T03:01:01Z"))
    assert (response.status_code, response.json()["code"]) == (422, "fact-in-future")


@pytest.mark.asyncio
async def test_a_backup_of_tomorrow_is_refused(service: Service) -> None:
    response = await service.post("ministry", "/entries", description(last_backup_at="2025-12-05T00:00:00Z"))
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "#/last_backup_at")


@pytest.mark.asyncio
async def test_a_version_is_read_once_and_a_stale_one_changes_nothing(service: Service) -> None:
    entry = await an_entry(service)
    address = f"/api/catalog/v1{entry}"
    assert (await service.http.get(address, headers={"If-None-Match": '"1.1"'})).status_code == 304
    body = {"deployment_stage": "formed_centralised"}
    assert (await service.post("ministry", f"{entry}/stage", body, **{"If-Match": '"1.7"'})).status_code == 412
    assert (await service.post("ministry", f"{entry}/stage", body, **{"If-Match": '"1.1"'})).status_code == 200
    assert (await service.http.get(address, headers={"If-None-Match": '"1.1"'})).headers["ETag"] == '"1.2"'


@pytest.mark.usefixtures("both_ways")
@pytest.mark.asyncio
async def test_a_reader_hears_that_the_owner_has_another_name(service: Service) -> None:
    """The name is in the answer, and no version of the entry says that it changed; a change goes by the version."""
    entry = await an_entry(service)
    address, known = f"/api/catalog/v1{entry}", {"If-None-Match": '"1.1"'}
    assert (await service.http.get(address, headers=known)).status_code == 304
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE organisation SET name_vi = 'Bộ KH và CN', version = 2 WHERE code = 'G06'"))
    renamed = await service.http.get(address, headers=known)
    assert (renamed.status_code, renamed.json()["owner"]["name_vi"]) == (200, "Bộ KH và CN")
    again = {"If-None-Match": renamed.headers["ETag"]}
    assert (await service.http.get(address, headers=again)).status_code == 304
    beaten = await service.post("ministry", f"{entry}/heartbeats", {}, **{"If-Match": renamed.headers["ETag"]})
    assert beaten.status_code == 201, beaten.text
    shown = await service.http.get(address, headers={"If-None-Match": beaten.headers["ETag"]})
    assert shown.status_code == 304, "the answer to a heartbeat has the tag of what is read after it"


@pytest.mark.asyncio
@pytest.mark.parametrize("believed", ['"1.1"', "*"])
async def test_what_is_believed_to_be_there_is_not_created(service: Service, believed: str) -> None:
    gone = await service.post("ministry", "/entries", description(), **{"If-Match": believed})
    assert (gone.status_code, gone.json()["code"], gone.headers.get("ETag")) == (412, "stale-version", None)
    assert set((await service.counts()).values()) == {0}


@pytest.mark.asyncio
async def test_a_description_made_from_an_old_version_is_refused(service: Service) -> None:
    await an_entry(service)
    renamed = description(name_vi="Tên khác")
    stale = await service.post("ministry", "/entries", renamed, **{"If-Match": '"1.7"'})
    assert (stale.status_code, stale.json()["code"], stale.headers["ETag"]) == (412, "stale-version", '"1.1"')
    assert len(await service.events()) == 1
    assert (await service.post("ministry", "/entries", renamed, **{"If-Match": '"1.1"'})).headers["ETag"] == '"1.2"'


@pytest.mark.asyncio
async def test_lists_are_narrowed(service: Service) -> None:
    await some_entries(service)
    for narrow, expected in (
        ({}, "ABCD"),
        ({"list": "plan-02"}, "ABC"),
        ({"list": "plan-02", "edition": "2025"}, "AB"),
        ({"edition": "2025"}, "ABCD"),
        ({"edition": "2026"}, "C"),
        ({"deployment_stage": "deploying_foundation"}, "C"),
        ({"risk": "high"}, "C"),
        ({"registration": "submitted"}, "B"),
        ({"owner": str(OTHER_MINISTRY)}, "D"),
        ({"freshness": "fresh"}, "D"),
        ({"freshness": "late"}, "C"),
        ({"freshness": "silent"}, "A"),
        ({"freshness": "no_promise"}, "B"),
        ({"q": "NHIEM VU khoa hoc", "risk": "none"}, "ABD"),
        ({"q": "research"}, "ABCD"),
        ({"q": "nothing"}, ""),
        ({"q": "%"}, ""),
    ):
        assert "".join(await service.codes(**narrow)) == expected, narrow
    assert (await service.http.get("/api/catalog/v1/entries?list=plan-99")).json()["code"] == "list-not-found"


@pytest.mark.asyncio
async def test_pages_follow_each_other(service: Service) -> None:
    await some_entries(service)
    first = await service.get("/entries", limit=3, list="resolution-71")
    assert first["next"] is None
    pages = [await service.get("/entries", limit=3)]
    pages.append(await service.get("/entries", limit=3, cursor=pages[0]["next"]))
    assert [[entry["code"] for entry in page["items"]] for page in pages] == [["A", "B", "C"], ["D"]]
    assert [(page["total"], page["total_is_lower_bound"]) for page in pages] == [(4, False), (4, False)]
    foreign = await service.http.get(f"/api/catalog/v1/entries?risk=high&cursor={pages[0]['next']}")
    assert (foreign.status_code, foreign.json()["code"]) == (400, "invalid-cursor")
    newest = await service.get(f"/entries/{stable_id('entry', 'C')}/history", limit=1)
    rest = await service.get(f"/entries/{stable_id('entry', 'C')}/history", cursor=newest["next"])
    assert [change["version"] for change in (*newest["items"], *rest["items"])] == [3, 2, 1]


@pytest.mark.asyncio
async def test_what_is_not_there_is_not_found(service: Service) -> None:
    for suffix in ("", "/history"):
        response = await service.http.get(f"/api/catalog/v1/entries/{uuid4()}{suffix}")
        assert (response.status_code, response.json()["code"]) == (404, "entry-not-found")
