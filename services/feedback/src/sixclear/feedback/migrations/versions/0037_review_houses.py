"""Which mail houses of experts, entered after a case was received, were compared with that of its sender.

The release before compares every one, and does not say since when a house is known.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("reviewer", sa.Column("domain_since", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_table(
        "compared_house",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("house_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_compared_house_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", "house_hash", name=op.f("pk_compared_house")),
    )
