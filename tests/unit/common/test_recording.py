"""A change that the service does not declare is refused before the entity is touched."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.caller import PUBLIC_CALLER
from sixclear.common.change import Change
from sixclear.common.db import Database
from sixclear.common.entity import Versioned
from sixclear.common.events.catalogue import UndeclaredEvent
from sixclear.common.events.log import EventLog
from sixclear.common.recording import EntityKind, record, record_many
from sixclear.common.testing.bus import things_of
from sixclear.common.use_case import Context

NOW = datetime(2025, 12, 4, 10, tzinfo=UTC)
THING: EntityKind[Versioned] = EntityKind(entity_type="thing", entity_id=lambda _: UUID(int=1), data=cast(Any, None))


class Thing(Versioned):
    """An entity at its third version."""

    version = cast(Any, 3)
    state = "as it was"


@pytest.mark.asyncio
async def test_an_undeclared_change_leaves_the_entity_as_it_was() -> None:
    database = Database("postgresql+asyncpg://nobody@localhost:1/none", application_name="test")
    log = EventLog(things_of("things"), database)
    ctx = Context(cast(AsyncSession, object()), log, PUBLIC_CALLER, NOW)
    thing = Thing()
    with pytest.raises(UndeclaredEvent, match="'melted' of 'thing'"):
        await record(ctx, thing, Change("melted", {"state": "liquid"}), NOW, THING)
    with pytest.raises(UndeclaredEvent, match="'melted' of 'thing'"):
        await record_many(ctx, [(thing, Change("melted", {"state": "liquid"}), NOW)], THING)
    assert (thing.state, thing.version) == ("as it was", 3)
    await database.close()
