"""What a process remembers of entities is as new as its own last commit, and never old for long."""

from collections.abc import Collection
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.entity_cache import STALE_SECONDS, EntityCache, note_changed, remembered, session_info

HANOI, HUE = uuid4(), uuid4()


class Shelf:
    """Names as the database has them, and how often they were read."""

    def __init__(self) -> None:
        self.names = {HANOI: "Hà Nội", HUE: "Huế"}
        self.reads = 0
        self.now = 0.0
        self.cache = EntityCache(lambda: self.now)

    def session(self) -> AsyncSession:
        class Session:
            info = session_info(self.cache)

        return cast(AsyncSession, Session())

    async def read(self, _session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
        self.reads += 1
        return {one: self.names[one] for one in ids if one in self.names}

    async def find(self, *ids: UUID, session: AsyncSession | None = None) -> list[str]:
        found = await remembered(session or self.session(), "organisation", ids, self.read)
        return [found[one] for one in ids if one in found]


@pytest.mark.asyncio
async def test_a_name_is_read_once() -> None:
    shelf = Shelf()
    assert await shelf.find(HANOI) == ["Hà Nội"]
    assert await shelf.find(HANOI, HUE) == ["Hà Nội", "Huế"]
    assert await shelf.find(HUE, HANOI, uuid4()) == ["Huế", "Hà Nội"]
    assert shelf.reads == 3, "the unknown one is asked for again"


@pytest.mark.asyncio
async def test_a_committed_change_is_seen_by_the_next_reader() -> None:
    shelf = Shelf()
    await shelf.find(HANOI)
    shelf.names[HANOI] = "Thăng Long"
    shelf.cache.forget([("organisation", HANOI), ("task", uuid4())])
    assert await shelf.find(HANOI) == ["Thăng Long"]


@pytest.mark.asyncio
async def test_a_transaction_reads_what_it_changed_itself() -> None:
    shelf = Shelf()
    await shelf.find(HANOI)
    session = shelf.session()
    shelf.names[HANOI] = "Thăng Long"
    note_changed(session, [("organisation", HANOI)])
    assert await shelf.find(HANOI, session=session) == ["Thăng Long"]
    shelf.names[HANOI] = "Hà Nội"  # it was rolled back
    assert await shelf.find(HANOI) == ["Hà Nội"]


@pytest.mark.asyncio
async def test_what_was_read_before_a_commit_is_not_kept_after_it() -> None:
    shelf = Shelf()
    read = shelf.read

    async def overtaken(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
        found = await read(session, ids)
        shelf.names[HANOI] = "Thăng Long"
        shelf.cache.forget([("organisation", HANOI)])
        return found

    assert await remembered(shelf.session(), "organisation", [HANOI], overtaken) == {HANOI: "Hà Nội"}
    assert await shelf.find(HANOI) == ["Thăng Long"]


@pytest.mark.asyncio
async def test_nothing_is_relied_on_for_long_when_the_log_is_silent() -> None:
    shelf = Shelf()
    await shelf.find(HANOI)
    shelf.now = STALE_SECONDS - 1
    await shelf.find(HANOI)
    assert shelf.reads == 1
    shelf.cache.checked()
    shelf.now += STALE_SECONDS
    await shelf.find(HANOI)
    assert shelf.reads == 1
    shelf.now += 1
    await shelf.find(HANOI)
    assert shelf.reads == 2
