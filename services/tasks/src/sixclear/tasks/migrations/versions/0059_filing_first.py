"""Filings, the reporting obligations of programmes, and how far each was opened. The release before knows none."""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0059"
down_revision = "0058"

_INDEXES = (
    "ix_filing_listing ON filing (starts_at, filing_id)",
    "ix_filing_programme_id ON filing (programme_id, obligation, period)",
    "ix_filing_period ON filing (period, filing_id)",
    "ix_filing_not_filed ON filing (starts_at, filing_id) WHERE filed_at IS NULL",
    "ix_filing_next_at ON filing (next_at, filing_id) WHERE next_at IS NOT NULL",
    "ix_filing_course_next_at ON filing_course (next_at) WHERE next_at IS NOT NULL",
)


def upgrade() -> None:
    op.execute("ALTER TABLE programme ADD COLUMN IF NOT EXISTS obligations jsonb")
    op.execute(
        """CREATE TABLE filing (
             filing_id uuid NOT NULL, programme_id uuid NOT NULL, programme text NOT NULL, obligation text NOT NULL,
             assigned_by text NOT NULL, organisation_id uuid NOT NULL, period text NOT NULL,
             starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, due_at timestamptz NOT NULL,
             late_at timestamptz NOT NULL, locks_at timestamptz, state text NOT NULL, filed_at timestamptz,
             empty boolean NOT NULL, no_change integer NOT NULL, no_change_ids uuid[] NOT NULL,
             exempted_on date, reason text, next_at timestamptz, demonstration boolean NOT NULL,
             version integer NOT NULL, published_version integer, occurred_at timestamptz NOT NULL,
             recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_filing PRIMARY KEY (filing_id),
             CONSTRAINT uq_filing_organisation_id_programme_id_period_obligation
               UNIQUE (organisation_id, programme_id, period, obligation),
             CONSTRAINT fk_filing_programme_id_programme FOREIGN KEY (programme_id)
               REFERENCES programme (programme_id),
             CONSTRAINT fk_filing_organisation_id_organisation FOREIGN KEY (organisation_id)
               REFERENCES organisation (organisation_id),
             CONSTRAINT ck_filing_state CHECK (state IN ('open', 'filed', 'missed', 'locked', 'exempted')))"""
    )
    op.execute(
        """CREATE TABLE filing_course (
             programme_id uuid NOT NULL, obligation text NOT NULL, first date NOT NULL, next_at timestamptz,
             CONSTRAINT pk_filing_course PRIMARY KEY (programme_id, obligation),
             CONSTRAINT fk_filing_course_programme_id_programme FOREIGN KEY (programme_id)
               REFERENCES programme (programme_id))"""
    )
    execute_all(op, [f"CREATE INDEX {index}" for index in _INDEXES])
