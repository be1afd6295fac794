"""The titles of the public copies of a field, by their trigrams. `btree_gist` is of PostgreSQL's own, as `pg_trgm` is."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_index(
        "ix_publication_folded_of_field",
        "publication",
        ["field", "folded"],
        postgresql_using="gist",
        postgresql_ops={"folded": "gist_trgm_ops(siglen=64)"},
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
