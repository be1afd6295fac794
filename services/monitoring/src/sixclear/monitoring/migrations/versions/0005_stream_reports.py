"""What other processes say of their relays: every replica of monitoring must know it, not the one that was told."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE stream_report (
             service text NOT NULL,
             name text NOT NULL,
             state jsonb NOT NULL,
             reported_at timestamptz NOT NULL,
             CONSTRAINT pk_stream_report PRIMARY KEY (service, name)
           )"""
    )
