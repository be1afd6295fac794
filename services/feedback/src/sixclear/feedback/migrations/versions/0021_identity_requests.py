"""Who asked to know a sender, and what a custodian decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

_TIME = postgresql.TIMESTAMP(timezone=True)
_FOUR_EYES = (
    "CASE WHEN decision IS NULL THEN decided_at IS NULL"
    " WHEN requested_person IS NOT NULL AND decided_person IS NOT NULL THEN requested_person <> decided_person"
    " ELSE requested_position <> decided_position END"
)


def upgrade() -> None:
    op.create_table(
        "identity_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_person", sa.Text(), nullable=True),
        sa.Column("requested_position", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_person", sa.Text(), nullable=True),
        sa.Column("decided_position", sa.Text(), nullable=True),
        sa.Column("open_until", _TIME, nullable=True),
        sa.CheckConstraint("decision IN ('approved', 'refused')", name=op.f("ck_identity_request_decision")),
        sa.CheckConstraint(
            "(decision IS NOT DISTINCT FROM 'approved') = (open_until IS NOT NULL)",
            name=op.f("ck_identity_request_open_until"),
        ),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("ck_identity_request_two_persons")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_identity_request_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_identity_request")),
    )
    op.create_index(op.f("ix_identity_request_submission_id"), "identity_request", ["submission_id"])
    op.create_index("ix_identity_request_listing", "identity_request", ["requested_at", "request_id"])
    op.create_index(
        "uq_identity_request_waiting",
        "identity_request",
        ["submission_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("decision IS NULL"),
    )
