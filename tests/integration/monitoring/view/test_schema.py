"""The migrations make the tables that the models describe."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sixclear.monitoring.models import Base

pytestmark = pytest.mark.asyncio


async def test_models_and_migrations_agree(database: Any) -> None:
    def differences(connection: Any) -> list[Any]:
        def own(obj: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
            return not (kind == "table" and reflected and name not in Base.metadata.tables)

        context = MigrationContext.configure(connection, opts={"include_object": own, "compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
