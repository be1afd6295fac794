"""What metrics say of a service's connections: who works, who waits, what failed."""

import asyncio

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from sixclear.common.database_metrics import measure_database
from sixclear.common.db import Database
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase


def _shown(name: str, pool: str, **more: str) -> float | None:
    labels = {"sixclear_service": "things", "pool": pool, **more}
    return REGISTRY.get_sample_value(f"sixclear_database_{name}", labels)


def _connections(pool: str) -> tuple[float | None, ...]:
    return tuple(_shown(f"connections_{name}", pool) for name in ("limit", "in_use", "waiting"))


@pytest.mark.asyncio
async def test_who_waits_for_a_connection_is_counted_until_it_has_one(empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="pool-waits", pool_size=1)
    measure_database(database, "things")
    assert _connections("pool-waits") == (1, 0, 0)

    async def ask() -> None:
        async with database.session() as session:
            await session.execute(text("SELECT 1"))

    async with database.session() as session:
        await session.execute(text("SELECT 1"))
        asking = [asyncio.create_task(ask()) for _ in range(3)]
        assert await eventually(lambda: _waiting(3))
    await asyncio.gather(*asking)
    assert _connections("pool-waits") == (1, 0, 0)
    await database.close()
    assert _connections("pool-waits") == (1, 0, 0), "closed, and read all the same"


@pytest.mark.asyncio
async def test_what_fails_is_counted_by_the_class_of_its_sqlstate(empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="pool-fails", statement_timeout_seconds=0.1)
    measure_database(database, "things")
    for statement in ("SELECT 1 / 0", "SELECT nothing FROM nowhere", "SELECT pg_sleep(1)", "SELECT 1"):
        await _try(database, statement)
    failed = {kind: _shown("statements_failed_total", "pool-fails", sqlstate_class=kind) for kind in ("22", "42", "57")}
    assert failed == {"22": 1, "42": 1, "57": 1}
    assert _shown("statements_failed_total", "pool-fails", sqlstate_class="00") is None
    await database.close()


@pytest.mark.asyncio
async def test_a_connection_that_the_server_refuses_is_counted(empty_database: EmptyDatabase) -> None:
    url = make_url(await empty_database()).set(database="not_there")
    database = Database(url.render_as_string(hide_password=False), application_name="pool-absent")
    measure_database(database, "things")
    await _try(database, "SELECT 1")
    assert _shown("statements_failed_total", "pool-absent", sqlstate_class="3D") == 1
    await database.close()


async def _waiting(number: int) -> bool:
    return _connections("pool-waits") == (1, 1, number)


async def _try(database: Database, statement: str) -> None:
    try:
        async with database.session() as session:
            await session.execute(text(statement))
    except DBAPIError:
        pass
