"""How well a sender can be known is raised by the sender; what it was at receipt stays beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("submission", sa.Column("first_identity_level", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_submission_identity_level"), "submission", type_="check")
    op.create_check_constraint(
        op.f("ck_submission_identity_level"),
        "submission",
        "identity_level IN ('verified', 'named', 'pseudonymous', 'anonymous')",
    )
