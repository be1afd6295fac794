"""Decisions over many tasks, and what became of each of their tasks. The release before does not know them.

A column that is null is added without writing a row.
"""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.execute("ALTER TABLE decision ADD COLUMN IF NOT EXISTS part_of uuid")
    op.execute(
        """CREATE TABLE IF NOT EXISTS decision_over_many (
             decision_id uuid NOT NULL, version integer NOT NULL, kind text NOT NULL, state text NOT NULL,
             entry jsonb NOT NULL, proposed jsonb NOT NULL, asker jsonb NOT NULL,
             asked_by_organisation_id uuid NOT NULL, asked_at timestamptz NOT NULL,
             answer jsonb, decided jsonb, decider jsonb, decided_by_organisation_id uuid, decided_at timestamptz,
             CONSTRAINT pk_decision_over_many PRIMARY KEY (decision_id))"""
    )
    op.execute(
        """CREATE TABLE IF NOT EXISTS decision_part (
             whole_id uuid NOT NULL, task_id uuid NOT NULL, waits boolean NOT NULL, decision_id uuid, problem jsonb,
             CONSTRAINT pk_decision_part PRIMARY KEY (whole_id, task_id),
             CONSTRAINT fk_decision_part_whole_id_decision_over_many
               FOREIGN KEY (whole_id) REFERENCES decision_over_many (decision_id))"""
    )
    op.execute("CREATE INDEX IF NOT EXISTS ix_decision_part_waits ON decision_part (whole_id, task_id) WHERE waits")
