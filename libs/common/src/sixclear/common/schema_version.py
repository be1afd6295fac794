"""Whether a database has the schema of this release: one look, without Alembic, which a start seldom needs."""

import re
from importlib.resources import files

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database

# `0012_directive_withdrawn.py`: the number is the revision, and the revisions of a service are one line.
_MIGRATION = re.compile(r"(\d{4})_\w+\.py")

_IS_MIGRATED = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_APPLIED = text("SELECT version_num FROM alembic_version")


async def bring_up_to_date(database: Database, package: str) -> None:
    """Bring `database` to the newest migration of `package` (e.g. `sixclear.tasks`), unless it is there.

    Raises as `migrations.upgrade` does, which it calls where something is to be done.
    """
    async with database.session() as session:
        if await _applied(session) == [newest(package)]:
            return
    from sixclear.common import migrations

    await migrations.upgrade(database.url, package)


def newest(package: str) -> str:
    """The last revision that `package` brings."""
    names = (entry.name for entry in (files(package) / "migrations" / "versions").iterdir())
    return max(found[1] for name in names if (found := _MIGRATION.fullmatch(name)))


async def _applied(session: AsyncSession) -> list[str]:
    # Asking a table that is not there would leave an error in the server's log at every first start.
    if not (await session.execute(_IS_MIGRATED)).scalar_one():
        return []
    return list(await session.scalars(_APPLIED))
