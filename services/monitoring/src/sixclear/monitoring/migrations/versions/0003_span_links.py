"""An index by which the spans that link to a trace are found."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_span_links ON span USING gin (links jsonb_path_ops)")
