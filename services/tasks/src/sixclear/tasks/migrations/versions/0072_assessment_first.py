"""Assessments. The release before does not know them."""

from alembic import op

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE assessment (
             assessment_id uuid NOT NULL, criteria_id uuid NOT NULL, code text NOT NULL, edition integer NOT NULL,
             organisation_id uuid NOT NULL, level text NOT NULL, period text NOT NULL, state text NOT NULL,
             due_at timestamptz, closes_at timestamptz, answers jsonb NOT NULL,
             answered_at timestamptz, answered_by text[] NOT NULL, consent_document text, consent_document_id uuid,
             consented_at timestamptz, verified_at timestamptz, verified_by_organisation_id uuid,
             demonstration boolean NOT NULL, version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_assessment PRIMARY KEY (assessment_id),
             CONSTRAINT fk_assessment_criteria_id_criteria FOREIGN KEY (criteria_id) REFERENCES criteria (criteria_id),
             CONSTRAINT fk_assessment_organisation_id_organisation FOREIGN KEY (organisation_id)
               REFERENCES organisation (organisation_id),
             CONSTRAINT fk_assessment_consent_document_id_document FOREIGN KEY (consent_document_id)
               REFERENCES document (document_id),
             CONSTRAINT ck_assessment_state CHECK (state IN ('open', 'answered', 'verified')))"""
    )
    op.execute("CREATE INDEX ix_assessment_organisation_id ON assessment (organisation_id)")
    op.execute("CREATE INDEX ix_assessment_consent_document_id ON assessment (consent_document_id)")
    op.execute("CREATE INDEX ix_assessment_code ON assessment (code, period, assessment_id)")
