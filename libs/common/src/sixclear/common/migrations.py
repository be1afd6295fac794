"""Schema changes: one Alembic environment per service, run in order, one runner at a time."""

import asyncio
from importlib import import_module
from importlib.resources import files
from typing import Any
from weakref import WeakKeyDictionary

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from sixclear.common.db import quote_no_rows

# Any constant does; it keeps two starting processes from migrating one database at the same time.
_MIGRATION_LOCK = 5_757_001

_turns: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]" = WeakKeyDictionary()


async def upgrade(database_url: str, package: str, revision: str = "head") -> None:
    """Bring the database at `database_url` to `revision` with the migrations of `package` (e.g. `sixclear.tasks`).

    Waits for another runner, of this process too: Alembic knows one run at a time. A lock that a table cannot give
    within 3 s fails the run, so that readers never queue behind it.
    """
    engine = create_async_engine(database_url, poolclass=pool.NullPool, hide_parameters=True)
    quote_no_rows(engine)
    try:
        # `alembic.op` is one for the process: of two runs beside each other one would write into the other's database.
        async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()), engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})"))
            await connection.execute(text("SET lock_timeout = '3s'"))
            await connection.commit()
            await connection.run_sync(_upgrade, package, revision)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, package: str, revision: str) -> None:
    command.upgrade(configuration(package, connection), revision)


def configuration(package: str, connection: Connection | None = None) -> Config:
    """The Alembic configuration of a service's package; commands run on `connection` when it is given."""
    config = Config()
    config.set_main_option("script_location", str(files(import_module(package)) / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def run_env(metadata: MetaData) -> None:
    """What every service's `env.py` calls: run migrations on the connection that `upgrade` hands over."""
    connection: Connection | None = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("Migrations run through `sixclear migrate`, which hands over a connection.")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_own_tables_only(metadata),
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _own_tables_only(metadata: MetaData) -> Any:
    """Autogenerate must not propose to drop what comes from shared DDL lists (the event log, positions)."""

    def include(obj: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
        return not (kind == "table" and reflected and name not in metadata.tables)

    return include


def execute_all(op: Any, statements: list[str]) -> None:
    """Run shared DDL statements inside a migration."""
    for statement in statements:
        op.execute(text(statement))
