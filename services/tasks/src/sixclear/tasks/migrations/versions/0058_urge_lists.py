"""Urges of a programme, and those that bodies said, are listed by an index; it is made while others write."""

from alembic import op

revision = "0058"
down_revision = "0057"

_INDEXES = {
    "ix_urge_said": "urge (urged_at, urge_id) WHERE kind <> 'rung'",
    "ix_urge_programme": "urge (programme, urged_at, urge_id)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, rows in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {rows}")
