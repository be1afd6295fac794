"""Pauses and moves of due times, transfers and escalations; which body stands above which.

The release before fills neither `parent_id` nor `successor_id`; this one hears all organisations again, as another
group of consumers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_OF_CASE = ["submission.submission_id"]


def upgrade() -> None:
    op.add_column("submission", sa.Column("body_started_at", _INSTANT, nullable=True))
    op.add_column("submission", sa.Column("offered_organisation_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_submission_escalation",
        "submission",
        ["due_at"],
        postgresql_where=sa.text(
            "status NOT IN ('answered', 'withdrawn') AND escalation_rung IS DISTINCT FROM 'standing'"
        ),
    )
    _pauses()
    _transfers()
    _escalations()
    for name in ("parent_id", "successor_id"):
        op.add_column("organisation", sa.Column(name, sa.Uuid(), nullable=True))


def _pauses() -> None:
    op.create_table(
        "pause",
        sa.Column("pause_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("working_days", sa.SmallInteger(), nullable=False),
        sa.Column("from_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_by IN ('sender', 'handler', 'time', 'answer')", name=op.f("ck_pause_ended_by")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_pause_ended")),
        sa.ForeignKeyConstraint(["submission_id"], _OF_CASE, name=op.f("fk_pause_submission_id_submission")),
        sa.PrimaryKeyConstraint("pause_id", name=op.f("pk_pause")),
    )
    op.create_index(op.f("ix_pause_submission_id"), "pause", ["submission_id"])
    op.create_index("ix_pause_open", "pause", ["until_at"], postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "due_move",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("working_days", sa.SmallInteger(), nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], _OF_CASE, name=op.f("fk_due_move_submission_id_submission")),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_due_move")),
    )
    op.create_index(op.f("ix_due_move_submission_id"), "due_move", ["submission_id"])


def _transfers() -> None:
    op.create_table(
        "transfer",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("from_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("offered_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("restarts", sa.Boolean(), nullable=True),
        sa.CheckConstraint("state IN ('offered', 'accepted', 'refused', 'lapsed')", name=op.f("ck_transfer_state")),
        sa.ForeignKeyConstraint(["submission_id"], _OF_CASE, name=op.f("fk_transfer_submission_id_submission")),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_submission_id"), "transfer", ["submission_id"])
    for side in ("from", "to"):
        columns = [f"{side}_organisation_id", "offered_at", "transfer_id"]
        op.create_index(f"ix_transfer_{side}", "transfer", columns)
    op.create_index(
        "ix_transfer_open", "transfer", ["submission_id"], unique=True, postgresql_where=sa.text("state = 'offered'")
    )


def _escalations() -> None:
    op.create_table(
        "escalation",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("escalated_at", _INSTANT, nullable=False),
        sa.CheckConstraint("rung IN ('head', 'superior', 'standing')", name=op.f("ck_escalation_rung")),
        sa.ForeignKeyConstraint(["submission_id"], _OF_CASE, name=op.f("fk_escalation_submission_id_submission")),
        sa.PrimaryKeyConstraint("submission_id", "rung", "escalated_at", name=op.f("pk_escalation")),
    )
    op.create_index("ix_escalation_listing", "escalation", ["organisation_id", "escalated_at", "submission_id"])
