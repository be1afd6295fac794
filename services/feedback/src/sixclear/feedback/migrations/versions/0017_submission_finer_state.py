"""The finer state of a case: its clocks, pause, step, rating, appeal and escalation.

`first_due_at` is kept of every case. The release before fills none of it; where it wrote none, the due time is the
first.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for name in ("body_due_at", "paused_since"):
        op.add_column("submission", sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("submission", sa.Column("step", sa.String(40), nullable=True))
    op.add_column("submission", sa.Column("rating", sa.Text(), nullable=True))
    op.add_column("submission", sa.Column("appeal_level", sa.SmallInteger(), nullable=True))
    op.add_column("submission", sa.Column("escalation_rung", sa.Text(), nullable=True))
    for name, allowed in (
        ("rating", "rating IN ('solved', 'partly', 'not_solved')"),
        ("appeal_level", "appeal_level IN (1, 2)"),
        ("escalation_rung", "escalation_rung IN ('head', 'superior', 'standing')"),
    ):
        op.create_check_constraint(op.f(f"ck_submission_{name}"), "submission", allowed)
    op.execute("UPDATE submission SET first_due_at = due_at WHERE first_due_at IS NULL")
