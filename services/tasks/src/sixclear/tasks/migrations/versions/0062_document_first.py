"""Documents, and evidence that is a document. The release before does not know them."""

from alembic import op

from sixclear.common.folded_columns import without_signs

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE document (
             document_id uuid NOT NULL, programme_id uuid NOT NULL, type text NOT NULL,
             number text, number_key text, issued_on date, effective_on date, issuer_organisation_id uuid NOT NULL,
             signer_position text, subject text NOT NULL, subject_key text NOT NULL, search_text text NOT NULL,
             url text, sha256 text, directive_id uuid, clause text, details_id uuid, due_on date,
             replaces uuid[] NOT NULL, replaced_by_id uuid, replaced_on date, entered_by_organisation_id uuid,
             withdrawn_at timestamptz, withdrawn_by_organisation_id uuid,
             version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_document PRIMARY KEY (document_id),
             CONSTRAINT fk_document_programme_id_programme FOREIGN KEY (programme_id)
               REFERENCES programme (programme_id),
             CONSTRAINT fk_document_issuer_organisation_id_organisation FOREIGN KEY (issuer_organisation_id)
               REFERENCES organisation (organisation_id),
             CONSTRAINT fk_document_directive_id_directive FOREIGN KEY (directive_id)
               REFERENCES directive (directive_id),
             CONSTRAINT fk_document_details_id_document FOREIGN KEY (details_id) REFERENCES document (document_id),
             CONSTRAINT fk_document_replaced_by_id_document FOREIGN KEY (replaced_by_id)
               REFERENCES document (document_id),
             CONSTRAINT ck_document_numbered CHECK ((number IS NULL) = (issued_on IS NULL)),
             CONSTRAINT ck_document_dated CHECK (coalesce(issued_on, due_on) IS NOT NULL))"""
    )
    op.execute(
        """CREATE UNIQUE INDEX uq_document_number ON document (issuer_organisation_id, number_key, issued_on, type)
           WHERE withdrawn_at IS NULL"""
    )
    op.execute("CREATE INDEX ix_document_details_id ON document (details_id)")
    op.execute("CREATE INDEX ix_document_replaced_by_id ON document (replaced_by_id)")
    op.execute("CREATE INDEX ix_document_entered_by_organisation_id ON document (entered_by_organisation_id)")
    op.execute(
        """CREATE INDEX ix_document_listing ON document (coalesce(issued_on, due_on), document_id)
           WHERE withdrawn_at IS NULL"""
    )
    op.execute(
        "CREATE INDEX ix_document_programme ON document (programme_id, coalesce(issued_on, due_on), document_id)"
    )
    compact = without_signs("search_text")
    op.execute(f"CREATE INDEX ix_document_search ON document USING gin (({compact}) gin_trgm_ops)")
    op.execute(
        """ALTER TABLE evidence ADD COLUMN document_id uuid
             CONSTRAINT fk_evidence_document_id_document REFERENCES document (document_id)"""
    )
