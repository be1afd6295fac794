"""Files of evidence, and an identifier for each piece of evidence.

The release before goes on: it writes evidence without the new columns, which the database fills. The table of evidence
is written again once, which takes a second for a million rows.
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE file (
             file_id uuid NOT NULL, organisation_id uuid NOT NULL, name text NOT NULL, media_type text NOT NULL,
             sha256 text NOT NULL, size bigint NOT NULL, shown_sha256 text NOT NULL, shown_size bigint NOT NULL,
             recorded_at timestamptz NOT NULL, named_at timestamptz,
             CONSTRAINT pk_file PRIMARY KEY (file_id),
             CONSTRAINT fk_file_organisation_id_organisation
               FOREIGN KEY (organisation_id) REFERENCES organisation (organisation_id))"""
    )
    op.execute("CREATE INDEX ix_file_sha256 ON file (sha256)")
    op.execute("CREATE INDEX ix_file_shown_sha256 ON file (shown_sha256)")
    op.execute("CREATE INDEX ix_file_waiting ON file (organisation_id, recorded_at) WHERE named_at IS NULL")
    op.execute(
        """ALTER TABLE evidence
             ADD COLUMN evidence_id uuid NOT NULL DEFAULT gen_random_uuid(),
             ADD COLUMN file_id uuid,
             ADD CONSTRAINT uq_evidence_evidence_id UNIQUE (evidence_id),
             ADD CONSTRAINT fk_evidence_file_id_file FOREIGN KEY (file_id) REFERENCES file (file_id)"""
    )
    op.execute("CREATE INDEX ix_evidence_file_id ON evidence (file_id)")
