"""Field and place of a case, and public copies. The release before writes neither."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_STANDS = sa.text("withdrawn_on IS NULL")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.add_column("submission", sa.Column("field", sa.String(80), nullable=True))
    op.add_column("submission", sa.Column("place_id", sa.Uuid(), nullable=True))
    op.create_index("ix_submission_field_place", "submission", ["field", "place_id", "received_at"])
    op.create_table(
        "publication",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.String(80), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("programme", sa.String(80), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("revised_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("released_person", sa.Text(), nullable=True),
        sa.Column("released_position", sa.Text(), nullable=True),
        sa.CheckConstraint("(withdrawn_on IS NULL) = (title IS NOT NULL)", name=op.f("ck_publication_text_gone")),
        sa.CheckConstraint(
            "withdrawn_on IS NULL OR (text IS NULL AND answer IS NULL AND folded IS NULL)",
            name=op.f("ck_publication_gone"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_publication_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_publication")),
    )
    op.create_index("ix_publication_of_case", "publication", ["submission_id"], unique=True, postgresql_where=_STANDS)
    op.create_index(
        "ix_publication_listing", "publication", ["published_on", "publication_id"], postgresql_where=_STANDS
    )
    op.create_index(
        "ix_publication_narrowed", "publication", ["field", "place_id", "published_on"], postgresql_where=_STANDS
    )
    op.create_index(
        "ix_publication_folded",
        "publication",
        ["folded"],
        postgresql_using="gist",
        postgresql_ops={"folded": "gist_trgm_ops(siglen=64)"},
        postgresql_where=_STANDS,
    )
