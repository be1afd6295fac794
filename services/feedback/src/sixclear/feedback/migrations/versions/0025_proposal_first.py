"""Proposals that came of accepted cases, and the tasks that came of them.

The release before knows none of them, and publishes answers without one.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"


def _instant(name: str) -> "sa.Column[Any]":
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=True)


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("promised_steps", postgresql.JSONB(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("programme", sa.String(80), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("worded_by", sa.Text(), nullable=False),
        sa.Column("worded_person", sa.Text(), nullable=True),
        sa.Column("worded_position", sa.Text(), nullable=True),
        _instant("accepted_at"),
        _instant("withdrawn_at"),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('worded', 'accepted', 'withdrawn')", name=op.f("ck_proposal_status")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_proposal_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal")),
    )
    op.create_index(
        "ix_proposal_submission_id",
        "proposal",
        ["submission_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index(
        "ix_proposal_listing", "proposal", ["accepted_at", "proposal_id"], postgresql_where=sa.text("version > 0")
    )
    op.create_index(
        "ix_proposal_waiting",
        "proposal",
        ["accepted_at"],
        postgresql_where=sa.text("status = 'accepted' AND version = 0"),
    )
    op.create_table(
        "proposal_task",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=True),
        _instant("current_deadline"),
        _instant("last_report_at"),
        _instant("assigned_at"),
        _instant("completed_at"),
        _instant("cancelled_at"),
        sa.Column("replaced_by", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_proposal_task")),
    )
    op.create_index(op.f("ix_proposal_task_proposal_id"), "proposal_task", ["proposal_id"])
