"""Who answers for an entry, and which body took the place of one that is no more.

The release before knows no assignments. It fills neither `successor_id` nor `valid_to`; this one hears all
organisations again, as another group of consumers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("organisation", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.add_column("organisation", sa.Column("valid_to", sa.Date(), nullable=True))
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "assignment",
        sa.Column("assignment_id", sa.UUID(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("proposed_at", instant, nullable=False),
        sa.Column("proposed_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("decided_at", instant, nullable=True),
        sa.Column("decided_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decision", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "role IN ('owner', 'business', 'technical', 'security', 'sharing')", name=op.f("ck_assignment_role")
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'accepted', 'declined', 'ended')", name=op.f("ck_assignment_status")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.entry_id"], name=op.f("fk_assignment_entry_id_entry")),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_organisation_id"), "assignment", ["organisation_id"])
    op.create_index("ix_assignment_entry", "assignment", ["entry_id", "proposed_at"])
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["entry_id", "role", "status"],
        unique=True,
        postgresql_where=sa.text("status IN ('proposed', 'accepted')"),
    )
