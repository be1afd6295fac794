"""Accepted ideas of feedback, which task came of each, and how far the consumer of them has come.

The release before reads none: what came meanwhile is read from the first event on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from sixclear.common.bus import mirror
from sixclear.common.migrations import execute_all

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    execute_all(op, mirror.DDL_V1)
    op.create_table(
        "feedback_proposal",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("programme", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("promised_steps", postgresql.JSONB(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('accepted', 'withdrawn')", name=op.f("ck_feedback_proposal_status")),
        sa.ForeignKeyConstraint(["task_id"], ["task.task_id"], name=op.f("fk_feedback_proposal_task_id_task")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_feedback_proposal")),
        sa.UniqueConstraint("task_id", name=op.f("uq_feedback_proposal_task_id")),
    )
    op.create_index(
        "ix_feedback_proposal_waiting",
        "feedback_proposal",
        ["programme"],
        postgresql_where=sa.text("task_id IS NULL AND status = 'accepted'"),
    )
