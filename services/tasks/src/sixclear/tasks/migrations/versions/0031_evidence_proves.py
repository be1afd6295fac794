"""The kind of a task's product, what evidence proves of it, and the body that a programme asks to check evidence.

The release before goes on: it writes none of the three.
"""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN product_kind text")
    op.execute("ALTER TABLE evidence ADD COLUMN proves text[] NOT NULL DEFAULT '{}'")
    op.execute(
        """ALTER TABLE programme
             ADD COLUMN evidence_organisation_id uuid,
             ADD CONSTRAINT fk_programme_evidence_organisation_id_organisation
               FOREIGN KEY (evidence_organisation_id) REFERENCES organisation (organisation_id)"""
    )
