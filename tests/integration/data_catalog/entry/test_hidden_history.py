"""What is told of entries that were hidden for a while: where they are, what happened, from when on they are gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from tests.integration.data_catalog.conftest import OTHER_MINISTRY, Service, an_entry, description
from tests.integration.data_catalog.entry.test_codes import patch

from sixclear.common.events.purge import purge
from sixclear.common.ids import stable_id
from sixclear.data_catalog.entry.events import ENTRY_EVENTS
from sixclear.data_catalog.entry.service import withdraw_hidden

pytestmark = pytest.mark.asyncio

HIDES = {"classification": "restricted"}
SHOWS = {"classification": "public"}
# Before this release no event said who may know of an entry, and no process filled the form of the code.
_AS_BEFORE = (
    "UPDATE event SET data = data - 'classification' WHERE entity_id = :id",
    "UPDATE entry SET folded_key = NULL WHERE entry_id = :id",
)


@contextmanager
def statements(service: Service) -> Iterator[list[str]]:
    """Every statement that the database gets meanwhile, without its values."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def change(service: Service, entry: str, *commands: str) -> None:
    """Change the rows of an entry by hand, as no request can."""
    async with service.database.transaction() as session:
        for command in commands:
            await session.execute(text(command), {"id": entry.removeprefix("/entries/")})


async def withdrawn(service: Service) -> list[tuple[str, str]]:
    """Withdraw twice what is left to withdraw; the changes of the log with the entries that they are of."""
    for _ in range(2):
        await withdraw_hidden(service.database, service.log, service.clock)
    return [(one.change, f"/entries/{one.entity_id}") for one in await service.events()]


async def test_the_address_of_a_new_hidden_entry_is_one_that_its_owner_reads(service: Service) -> None:
    for code, classification in (("A", "public"), ("B", "state"), ("C", "restricted")):
        made = await service.post("ministry", "/entries", description(code=code, classification=classification))
        found = await service.http.get(made.headers["location"], headers=service.headers("ministry"))
        assert (made.status_code, found.status_code) == (201, 200), classification
        assert found.json()["entry_id"] == made.json()["entry_id"]


async def test_a_refusal_names_the_hidden_entry_where_the_steward_reads_it(service: Service) -> None:
    entry = await an_entry(service)
    owned = {"owner_organisation_id": str(OTHER_MINISTRY)}
    await service.done("other-ministry", "/entries", description(**owned, **HIDES))
    refused = await patch(service, "steward", entry, owned)
    found = await service.http.get(refused.json()["existing"], headers=service.headers("steward"))
    assert (refused.status_code, found.status_code) == (409, 200)


async def test_a_long_hidden_time_costs_who_reads_its_history_nothing(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("ministry", "/entries", description(**HIDES))
    await change(
        service,
        entry,
        """INSERT INTO event (entity_type, entity_id, version, change, data, meta, occurred_at, recorded_at, published)
           SELECT entity_type, entity_id, number, 'heartbeat_received',
                  data || '{"classification": "restricted"}', meta, occurred_at, recorded_at, false
           FROM event, generate_series(3, 2002) AS number WHERE entity_id = :id AND version = 1""",
        "UPDATE entry SET version = 2002 WHERE entry_id = :id",
    )
    await service.done("ministry", "/entries", description(**SHOWS))
    cursor: dict[str, Any] = {}
    seen = []
    for _ in range(3):
        with statements(service) as asked:
            page = await service.get(f"{entry}/history", limit=1, **cursor)
        assert len(asked) <= 6, asked
        seen += [item["version"] for item in page["items"]]
        cursor = {"cursor": page["next"]}
    assert seen == [2003, 2, 1]
    assert page["next"] is None


async def test_what_was_purged_is_not_told_by_the_withdrawal_that_stays(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("ministry", f"{entry}/stage", {"deployment_stage": "formed_centralised", "risk": "high"})
    await service.done("ministry", "/entries", description(**HIDES))
    await purge(
        service.database,
        ENTRY_EVENTS,
        stable_id("entry", "KHCN-01"),
        requested_by="operator",
        reason="its name",
        now=service.clock(),
    )
    await service.done("ministry", f"{entry}/stage", {"deployment_stage": "retire", "risk": "none", "reason": "x"})
    await service.done("ministry", "/entries", description(**SHOWS))
    told = (await service.get(f"{entry}/history"))["items"]
    assert [(one["change"], one["version"]) for one in told] == [("updated", 5), ("withdrawn", 3)]
    assert {(one["deployment_stage"], one["risk"]) for one in told} == {("retire", "none")}


async def test_a_withdrawal_that_an_upgrade_leaves_stops_no_fact_that_is_told_late(service: Service) -> None:
    entry = await an_entry(service)
    await change(service, entry, "UPDATE entry SET classification = 'restricted' WHERE entry_id = :id")
    service.clock.pass_by(hours=5)
    assert await withdrawn(service) == [("registered", entry), ("withdrawn", entry)]
    hour_ago = {"deployment_stage": "retire", "reason": "x", "occurred_at": "2025-12-04T07:00:00Z"}
    told = await service.post("historian", f"{entry}/stage", hour_ago)
    assert told.status_code == 200, told.text


async def test_what_is_archived_is_not_withdrawn_once_more(service: Service) -> None:
    entry = await an_entry(service)
    await service.done("ministry", "/entries", description(**HIDES))
    await change(service, entry, "DELETE FROM event WHERE entity_id = :id")
    assert await withdrawn(service) == []


async def test_a_high_level_that_the_release_before_enters_is_restricted(service: Service) -> None:
    entry = await an_entry(service, security_level=4, **SHOWS)
    opened = await an_entry(service, code="KHCN-02", security_level=4, **SHOWS)
    low = await an_entry(service, code="KHCN-03")
    await change(service, entry, *_AS_BEFORE)
    await change(service, low, *_AS_BEFORE)
    assert (await withdrawn(service))[-1] == ("withdrawn", entry)
    assert await service.codes() == ["KHCN-02", "KHCN-03"]
    assert (await service.read("ministry", f"/own{entry}"))["classification"] == "restricted"
    assert [one for one in await withdrawn(service) if one[0] == "withdrawn"] == [("withdrawn", entry)]
    assert (await service.get(opened))["code"] == "KHCN-02"


async def test_a_hidden_code_that_the_release_before_enters_again_is_restricted(service: Service) -> None:
    """It finds no entry of this code in what it reads, and makes one that everyone sees."""
    hidden = await an_entry(service, code="khcn-01", **HIDES)
    again = await an_entry(service, code="KHCN-02", lists=[])
    others = description(code="KHCN-03", owner_organisation_id=str(OTHER_MINISTRY), lists=[])
    other = f"/entries/{(await service.done('other-ministry', '/entries', others))['entry_id']}"
    for entry in (again, other):
        await change(service, entry, *_AS_BEFORE, "UPDATE entry SET code = 'KHCN-01' WHERE entry_id = :id")
    assert (await withdrawn(service))[-1] == ("withdrawn", again)
    assert [entry["entry_id"] for entry in (await service.get("/entries"))["items"]] == [other.rpartition("/")[2]]
    assert (await service.read("ministry", f"/own{again}"))["classification"] == "restricted"
    assert (await service.read("ministry", f"/own{hidden}"))["version"] == 1
