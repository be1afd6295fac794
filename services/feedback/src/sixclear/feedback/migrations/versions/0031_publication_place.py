"""Public copies by place, for what is similar there. The release before asks the other indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_index(
        "ix_publication_place",
        "publication",
        ["place_id", "published_on"],
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
