"""Sets of criteria. The release before does not know them."""

from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE criteria (
             criteria_id uuid NOT NULL, programme_id uuid NOT NULL, assigned_by text NOT NULL,
             organisation_id uuid NOT NULL, code text NOT NULL, edition integer NOT NULL, name text NOT NULL,
             name_en text, source text NOT NULL, every text NOT NULL, levels text[] NOT NULL,
             verifiers uuid[] NOT NULL, content jsonb NOT NULL, demonstration boolean NOT NULL,
             version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_criteria PRIMARY KEY (criteria_id),
             CONSTRAINT uq_criteria_code_edition UNIQUE (code, edition),
             CONSTRAINT fk_criteria_programme_id_programme FOREIGN KEY (programme_id)
               REFERENCES programme (programme_id),
             CONSTRAINT fk_criteria_organisation_id_organisation FOREIGN KEY (organisation_id)
               REFERENCES organisation (organisation_id))"""
    )
    op.execute("CREATE INDEX ix_criteria_programme_id ON criteria (programme_id)")
