"""Indexes by which the changes since a frame of the stream are found."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table in ("task_history", "submission_history", "entry_history"):
        op.execute(f"CREATE INDEX ix_{table}_view_sequence ON {table} (view_sequence)")
