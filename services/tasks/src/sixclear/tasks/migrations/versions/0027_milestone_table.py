"""Milestones of tasks. The release before does not know them."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE milestone (
             milestone_id uuid NOT NULL, task_id uuid NOT NULL, programme text NOT NULL, assigned_by text NOT NULL,
             organisation_id uuid, classification text NOT NULL, demonstration boolean NOT NULL,
             title text NOT NULL, weight smallint NOT NULL,
             original_deadline timestamptz NOT NULL, current_deadline timestamptz NOT NULL,
             reached_at timestamptz, evidence_id uuid,
             version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_milestone PRIMARY KEY (milestone_id),
             CONSTRAINT fk_milestone_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id),
             CONSTRAINT fk_milestone_evidence_id_evidence
               FOREIGN KEY (evidence_id) REFERENCES evidence (evidence_id),
             CONSTRAINT ck_milestone_weight CHECK (weight BETWEEN 1 AND 100))"""
    )
    op.execute("CREATE INDEX ix_milestone_task_id ON milestone (task_id, current_deadline, milestone_id)")
