"""The log of the catalogue over HTTP: everybody reads the same, each event once and in order, while others write."""

from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.data_catalog.conftest import Service, an_entry, description
from tests.integration.logs import LogReader, allow, nothing_is_missed_or_repeated

from sixclear.common.events.log import NewEvent
from sixclear.common.web.pagination import decode_cursor


@pytest.mark.asyncio
async def test_no_event_is_missed_or_repeated_while_others_write(service: Service) -> None:
    def event_of(worker: int, number: int) -> NewEvent:
        entry_id = UUID(int=(worker << 64) + number + 1)
        return NewEvent(
            entity_type="entry",
            entity_id=entry_id,
            version=1,
            previous_version=None,
            change="registered",
            data={},
            occurred_at=service.clock(),
        )

    await nothing_is_missed_or_repeated(LogReader(service, "/log"), event_of)


@pytest.mark.asyncio
async def test_everybody_reads_the_same_at_any_page_size(service: Service) -> None:
    """Nothing of an entry is hidden, and what is not of it is not there: who sent it, and its dossier's files."""
    entry = await an_entry(service)
    await service.done("ministry", f"{entry}/heartbeats", {})
    await an_entry(service, code="KHCN-02")
    await service.done("ministry", "/entries", description(name_en="Renamed"))
    whole = await LogReader(service, "/log").read_all(500)
    changes = [(event["subject"] == entry.rpartition("/")[2], event["data"]["change"]) for event in whole]
    assert changes == [(True, "registered"), (True, "heartbeat_received"), (False, "registered"), (True, "updated")]
    for limit in (1, 2, 3):
        assert await LogReader(service, "/log").read_all(limit) == whole
        assert await LogReader(service, "/log", "other-ministry").read_all(limit) == whole
    assert "ministry" not in {name for event in whole for name in event}
    assert "client_id" not in str(whole)


@pytest.mark.asyncio
async def test_the_end_of_the_log_does_not_move_with_what_nobody_is_told(service: Service) -> None:
    """Else who asks each second hears the second of each heartbeat of a hidden system."""
    reader = LogReader(service, "/log")
    await an_entry(service)
    hidden = await an_entry(service, code="KHCN-02", classification="restricted")
    end = (await reader.page()).headers["Log-After"]
    begun = (await reader.page(begin="newest")).headers["Log-After"]
    for _ in range(3):
        service.clock.pass_by(hours=1)
        await service.done("ministry", f"{hidden}/heartbeats", {})
        for page in (await reader.page(after=end), await reader.page(begin="newest")):
            assert (page.json(), page.headers["Log-After"], page.headers["Retry-After"]) == ([], end, "5")
    assert begun == end
    await an_entry(service, code="KHCN-03")
    assert [event["data"]["code"] for event in (await reader.page(after=end)).json()] == ["KHCN-03"]


@pytest.mark.asyncio
async def test_a_long_time_of_which_nobody_is_told_is_not_read_again_and_again(service: Service) -> None:
    reader = LogReader(service, "/log")
    await an_entry(service)
    hidden = await an_entry(service, code="KHCN-02", classification="restricted")
    async with service.database.transaction() as session:
        await session.execute(
            text(
                """INSERT INTO event (entity_type, entity_id, version, change, data, meta, occurred_at, recorded_at,
                                      published)
                   SELECT entity_type, entity_id, number, change, data, meta, occurred_at, recorded_at, false
                   FROM event, generate_series(2, 1700) AS number WHERE entity_id = :id"""
            ),
            {"id": hidden.removeprefix("/entries/")},
        )
    page = await reader.page(limit=500)
    assert (len(page.json()), page.headers["Retry-After"]) == (1, "5")
    for found in (page, await reader.page(begin="newest")):
        _, position = decode_cursor(found.headers["Log-After"], int, int, context="log data-catalog")
        assert position == 1500
    await an_entry(service, code="KHCN-03")
    assert [event["data"]["code"] for event in (await reader.page_after(page)).json()] == ["KHCN-03"]


@pytest.mark.asyncio
async def test_a_page_has_a_size_that_is_taken(service: Service) -> None:
    reader = LogReader(service, "/log")
    assert [(await reader.page(limit=limit)).status_code for limit in (0, 1, 500, 501)] == [422, 200, 200, 422]
    allow(service, 1)
    assert [(await reader.page()).status_code for _ in range(2)] == [200, 429]
    token = await LogReader(service, "/log", "ministry").page()
    assert token.status_code == 429, "here a token gives nothing, no allowance either"
