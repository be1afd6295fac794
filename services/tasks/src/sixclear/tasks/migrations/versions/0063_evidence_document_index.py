"""Evidence that names a document is found by an index; it is made while others write."""

from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_evidence_document_id")
        op.execute("CREATE INDEX CONCURRENTLY ix_evidence_document_id ON evidence (document_id)")
