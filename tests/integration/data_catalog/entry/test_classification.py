"""Entries that not everyone may know of: hidden, taken back out of sight, shown again, each to whom it concerns."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from tests.integration.data_catalog.conftest import (
    MINISTRY,
    OTHER_MINISTRY,
    PLAN_02,
    REQUEST,
    STANDING_BODY,
    Service,
    an_entry,
    description,
)
from tests.integration.logs import LogReader

from sixclear.common.ids import stable_id
from sixclear.data_catalog.census.service import count
from sixclear.data_catalog.entry.service import withdraw_hidden

pytestmark = pytest.mark.asyncio

HIDES = {"classification": "restricted"}


async def asked(service: Service, path: str, client_id: str | None = None) -> httpx2.Response:
    """GET, as a client or as anybody."""
    headers = service.headers(client_id) if client_id else {}
    return await service.http.get(service.prefix + path, headers=headers)


async def patched(service: Service, client_id: str, path: str, **patch: Any) -> Any:
    """PATCH as a client; the answer must be 200."""
    headers = service.headers(client_id) | {"content-type": "application/merge-patch+json"}
    response = await service.http.patch(service.prefix + path, json=patch, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


async def who_reads(service: Service, entry: str) -> set[str]:
    """Whom the entry and its history answer; all others must be told that there is none."""
    readers = set()
    named = ("ministry", "other-ministry", "steward", "inspector", "inspector-above", "inspector-elsewhere")
    for client_id in (None, *named):
        path = entry if client_id is None else f"/own{entry}"
        answers = [await asked(service, f"{path}{way}", client_id) for way in ("", "/history")]
        codes = {answer.status_code for answer in answers}
        assert codes in ({200}, {404}), (client_id, codes)
        if codes == {200}:
            readers.add(client_id or "anybody")
        else:
            unknown = await asked(service, f"{path.rpartition('/')[0]}/{stable_id('entry', 'none')}", client_id)
            assert [answer.json()["detail"] for answer in answers] == [unknown.json()["detail"]] * 2
    return readers


async def put_above(service: Service) -> None:
    """The ministry stands below the standing body, as the inspector's mandate reads it."""
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE organisation SET parent_id = :above WHERE entity_id = :own"),
            {"above": STANDING_BODY, "own": MINISTRY},
        )


async def test_each_classification_is_read_by_whom_it_concerns(service: Service) -> None:
    await put_above(service)
    bodies = {"ministry", "other-ministry", "steward", "inspector", "inspector-above", "inspector-elsewhere"}
    expected = {
        "public": bodies | {"anybody"},
        "state": bodies,
        "restricted": {"ministry", "steward", "inspector", "inspector-above"},
    }
    for classification, readers in expected.items():
        entry = await an_entry(service, code=classification, classification=classification)
        assert await who_reads(service, entry) == readers, classification
        assert (await service.read("ministry", f"/own{entry}"))["classification"] == classification


async def test_a_citizen_with_a_token_reads_what_everyone_reads(service: Service) -> None:
    entry = await an_entry(service, classification="state")
    refused = await asked(service, f"/own{entry}", "citizen")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")


async def test_how_an_entry_is_protected_and_backed_up_is_for_bodies(service: Service) -> None:
    entry = await an_entry(service, last_backup_at="2025-12-01T00:00:00Z")
    inside = await service.read("other-ministry", f"/own{entry}")
    assert (inside["security_level"], inside["last_backup_at"]) == (3, "2025-12-01T00:00:00Z")
    outside = await service.get(entry)
    assert (outside["security_level"], outside["last_backup_at"]) == (None, None)
    assert {name for name in inside if inside[name] != outside[name]} == {"security_level", "last_backup_at"}


@pytest.mark.parametrize("level", [4, 5])
async def test_a_high_level_starts_restricted_and_only_a_word_opens_it(service: Service, level: int) -> None:
    entry = await an_entry(service, security_level=level)
    assert await service.codes() == []
    assert [event.published for event in await service.events()] == [False]
    again = await service.done("ministry", "/entries", description(security_level=2))
    assert again["classification"] == "restricted"
    opened = await patched(service, "ministry", entry, classification="public")
    assert (opened["classification"], await service.codes()) == ("public", ["KHCN-01"])
    assert [(event.change, event.published) for event in await service.events()][-1] == ("updated", True)


async def test_a_level_that_rises_restricts_also_by_a_patch(service: Service) -> None:
    entry = await an_entry(service)
    assert (await patched(service, "ministry", entry, security_level=4))["classification"] == "restricted"
    assert (await patched(service, "ministry", entry, classification="public"))["classification"] == "public"
    assert (await patched(service, "ministry", entry, security_level=5))["classification"] == "public"


async def test_one_that_becomes_restricted_leaves_everything_and_comes_back_whole(service: Service) -> None:
    await service.done("steward", "/entries", description(lists=PLAN_02))
    entry = f"/entries/{stable_id('entry', 'KHCN-01')}"
    await service.done("ministry", f"{entry}/stage", {"deployment_stage": "deploying_foundation", "risk": "high"})
    for _ in range(2):
        await service.done("steward", "/entries", description(**HIDES))
    await service.done("ministry", f"{entry}/heartbeats", {})
    await service.done("ministry", f"{entry}/stage", {"deployment_stage": "formed_centralised"})
    hidden = [event for event in await service.events() if event.version > 2]
    assert [(event.change, event.published) for event in hidden] == [
        ("withdrawn", True),
        ("heartbeat_received", False),
        ("deployment_stage_changed", False),
    ]
    assert hidden[0].data == {"change": "withdrawn", "entry_id": entry.removeprefix("/entries/")}
    log = await LogReader(service, "/log").read_all(500)
    assert [(event["data"], event["version"]) for event in log] == [(hidden[0].data, 3)]
    assert await service.codes() == await service.codes(list="plan-02") == []
    assert [row["total"] for row in (await service.get("/lists"))["items"]] == [0, 0]
    async with service.database.session() as session:
        assert await count(session, service.clock()) == []
    await service.done("ministry", "/entries", description(classification="public"))
    told = (await LogReader(service, "/log").read_all(500))[-1]
    assert (told["data"]["deployment_stage"], told["data"]["code"]) == ("formed_centralised", "KHCN-01")
    assert (told["version"], told["previousversion"]) == (6, 3)
    assert told["data"]["lists"] == PLAN_02


async def test_what_happened_while_it_was_hidden_stays_with_who_reads_the_whole(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("ministry", "/entries", description(**HIDES))
    await service.done("ministry", f"{entry}/stage", {"deployment_stage": "formed_centralised"})
    await service.done("ministry", "/entries", description(classification="state"))
    await service.done("ministry", "/entries", description(classification="public"))

    async def versions(path: str, client_id: str | None) -> list[int]:
        first = await service.http.get(f"{service.prefix}{path}/history", headers=headers(client_id), params=two)
        rest = await service.http.get(
            f"{service.prefix}{path}/history", headers=headers(client_id), params=two | {"cursor": first.json()["next"]}
        )
        changes = first.json()["items"] + (rest.json()["items"] if first.json()["next"] else [])
        return [change["version"] for change in changes]

    def headers(client_id: str | None) -> dict[str, str]:
        return service.headers(client_id) if client_id else {}

    two: dict[str, Any] = {"limit": 3}
    assert await versions(entry, None) == [5, 2, 1]
    assert await versions(f"/own{entry}", "other-ministry") == [5, 4, 2, 1]
    assert await versions(f"/own{entry}", "ministry") == [5, 4, 3, 2, 1]
    shown = (await service.get(f"{entry}/history"))["items"]
    assert [(one["change"], one["deployment_stage"]) for one in shown] == [
        ("updated", "formed_centralised"),
        ("withdrawn", "not_deployed"),
        ("registered", "not_deployed"),
    ]


@pytest.mark.usefixtures("both_ways")
async def test_no_step_tells_another_body_that_the_entry_is_there(service: Service) -> None:
    entry = await an_entry(service, **HIDES)
    unknown = f"/entries/{stable_id('entry', 'none')}"
    steps = {
        "stage": {"deployment_stage": "retire", "reason": "x"},
        "heartbeats": {},
        "documents": REQUEST,
        f"documents/{stable_id('document', 'none')}/remove": {},
        "registration/submit": {},
    }
    for step, body in steps.items():
        for headers in ({}, {"If-Match": '"1.7"'}, {"If-Match": "*"}):
            answers = [
                (await service.post("other-ministry", f"{path}/{step}", body, **headers)) for path in (entry, unknown)
            ]
            told = [(answer.status_code, answer.json()["code"], answer.json()["detail"]) for answer in answers]
            assert told[0] == told[1], step
            assert told[0][0] == 404
    before = await service.counts()
    assert (await service.post("ministry", f"{entry}/heartbeats", {})).status_code == 201
    assert (await service.counts())["event"] == before["event"] + 1


async def test_another_body_may_use_the_code_of_a_hidden_entry_and_sees_nothing_of_it(service: Service) -> None:
    await an_entry(service, **HIDES)
    other = description(owner_organisation_id=str(OTHER_MINISTRY))
    answer = await service.post("other-ministry", "/entries", other)
    assert (answer.status_code, answer.json()["entry_id"]) == (201, str(stable_id("entry", "KHCN-01")))


async def test_a_code_is_used_again_by_a_body_that_gave_two_entries_of_it_away(service: Service) -> None:
    """An identifier follows from code and owner, and both are taken: the third has another one."""
    seen = set()
    for owner in (OTHER_MINISTRY, STANDING_BODY, MINISTRY):
        made = await service.done("ministry", "/entries", description(**HIDES))
        seen.add(made["entry_id"])
        if owner != MINISTRY:
            await patched(service, "steward", f"/entries/{made['entry_id']}", owner_organisation_id=str(owner))
    assert len(seen) == 3


async def test_a_kept_answer_is_read_by_the_rule_of_now(service: Service) -> None:
    entry = await an_entry(service, last_backup_at="2025-12-01T00:00:00Z")
    key = {"Idempotency-Key": "0f5f3a52-2a1c-4b6e-9d57-6f1a0c57d0e1"}
    first = await service.post("ministry", f"{entry}/heartbeats", {}, **key)
    await patched(service, "steward", entry, owner_organisation_id=str(OTHER_MINISTRY))
    again = await service.post("ministry", f"{entry}/heartbeats", {}, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["owner_organisation_id"] == str(OTHER_MINISTRY)
    await patched(service, "steward", entry, classification="restricted")
    gone = await service.post("ministry", f"{entry}/heartbeats", {}, **key)
    assert (gone.status_code, gone.json()["code"]) == (404, "entry-not-found")


async def test_who_reads_what_is_not_public_is_in_the_access_log(service: Service) -> None:
    entry = await an_entry(service, **HIDES)
    await service.read("inspector", f"/own{entry}")
    await service.done("ministry", "/entries", description(**HIDES))
    log = (await service.read("auditor", "/access-log"))["items"]
    assert [(one["client_id"], one["operation"]) for one in log] == [
        ("ministry", "putEntry"),
        ("inspector", "getOwnEntry"),
    ]


async def test_what_an_upgrade_has_hidden_is_withdrawn_once(service: Service) -> None:
    """As the migration leaves entries of level 4 and 5, and as a process of the release before goes on publishing."""
    entry = await an_entry(service, security_level=5, classification="public")
    other = await an_entry(service, code="KHCN-02")
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE entry SET classification = 'restricted' WHERE security_level >= 4"))
    for _ in range(2):
        await withdraw_hidden(service.database, service.log, service.clock)
    changes = [(event.change, event.version, event.previous_version) for event in await service.events()]
    assert changes == [("registered", 1, None), ("registered", 1, None), ("withdrawn", 2, 1)]
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE event SET published = true"))
        await session.execute(
            text(
                """INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta,
                                      occurred_at, recorded_at, published)
                   SELECT entity_type, entity_id, 3, 2, 'heartbeat_received', data, meta, occurred_at, recorded_at, true
                   FROM event WHERE entity_id = :id AND version = 1"""
            ),
            {"id": entry.removeprefix("/entries/")},
        )
        await session.execute(
            text("UPDATE entry SET version = 3, published_version = 3 WHERE entry_id = :id"),
            {"id": entry.removeprefix("/entries/")},
        )
    for _ in range(2):
        await withdraw_hidden(service.database, service.log, service.clock)
    assert [(event.change, event.version) for event in await service.events()][-2:] == [
        ("heartbeat_received", 3),
        ("withdrawn", 4),
    ]
    assert [event["subject"] for event in await LogReader(service, "/log").read_all(500)] == [
        other.removeprefix("/entries/"),
        entry.removeprefix("/entries/"),
    ]


async def test_no_owner_takes_its_own_entry_out_of_the_figures_of_a_list(service: Service) -> None:
    made = await service.done("steward", "/entries", description(lists=PLAN_02))
    entry, before = f"/entries/{made['entry_id']}", await service.counts()
    for changes, pointer in (
        ({"classification": "restricted"}, "#/classification"),
        ({"classification": "state"}, "#/classification"),
        ({"security_level": 4}, "#/security_level"),
    ):
        refused = await service.post("ministry", "/entries", description(**changes))
        assert (refused.status_code, refused.json()["code"]) == (403, "listed-needs-steward")
        assert refused.json()["errors"][0]["pointer"] == pointer
    assert await service.counts() == before
    high = await patched(service, "ministry", entry, security_level=4, classification="public")
    assert (high["security_level"], high["classification"]) == (4, "public")
    assert (await patched(service, "steward", entry, classification="restricted"))["classification"] == "restricted"
    opened = await patched(service, "ministry", entry, classification="public")
    assert opened["classification"] == "public"
    assert (await service.get("/lists"))["items"][0]["total"] == 1
