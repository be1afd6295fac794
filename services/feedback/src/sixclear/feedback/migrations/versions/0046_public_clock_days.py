"""Days of clocks and promised steps that public copies tell. The release before tells none."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "public_clock",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_soon_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=True),
        sa.Column("reopened_on", sa.Date(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_in_time", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.publication_id"], name=op.f("fk_public_clock_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_public_clock")),
    )
    op.create_index(
        "ix_public_clock_running",
        "public_clock",
        ["due_on"],
        postgresql_where=sa.text("answered_on IS NULL AND NOT paused"),
    )
    op.create_table(
        "public_step",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("promise_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.publication_id"], name=op.f("fk_public_step_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", "promise_id", name=op.f("pk_public_step")),
    )
    op.create_index(
        "ix_public_step_open", "public_step", ["publication_id"], postgresql_where=sa.text("done_on IS NULL")
    )
    op.create_table(
        "public_clock_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_public_clock_day")),
    )
