"""Lines of money and their entries. The release before does not know them."""

from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE budget (
             budget_id uuid NOT NULL, task_id uuid, programme text NOT NULL, programme_id uuid NOT NULL,
             assigned_by text NOT NULL, organisation_id uuid, classification text NOT NULL,
             demonstration boolean NOT NULL, year smallint NOT NULL, source text NOT NULL, source_key text NOT NULL,
             hidden boolean NOT NULL, version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_budget PRIMARY KEY (budget_id),
             CONSTRAINT fk_budget_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id),
             CONSTRAINT fk_budget_programme_id_programme FOREIGN KEY (programme_id)
               REFERENCES programme (programme_id))"""
    )
    op.execute(
        """CREATE UNIQUE INDEX uq_budget_line ON budget (
             programme_id, coalesce(task_id, '00000000-0000-0000-0000-000000000000'::uuid), organisation_id, year,
             source_key)"""
    )
    op.execute("CREATE INDEX ix_budget_task_id ON budget (task_id)")
    op.execute("CREATE INDEX ix_budget_programme_year ON budget (programme, year, budget_id)")
    op.execute(
        """CREATE TABLE budget_amount (
             budget_id uuid NOT NULL, number integer NOT NULL, stage text NOT NULL, amount bigint NOT NULL,
             dated_on date NOT NULL, document text NOT NULL, document_id uuid, corrects integer, reason text,
             hidden boolean NOT NULL, entered_by_organisation_id uuid,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_budget_amount PRIMARY KEY (budget_id, number),
             CONSTRAINT fk_budget_amount_budget_id_budget FOREIGN KEY (budget_id) REFERENCES budget (budget_id),
             CONSTRAINT fk_budget_amount_document_id_document FOREIGN KEY (document_id)
               REFERENCES document (document_id),
             CONSTRAINT ck_budget_amount_amount CHECK (amount >= 0))"""
    )
    op.execute("CREATE INDEX ix_budget_amount_document_id ON budget_amount (document_id)")
