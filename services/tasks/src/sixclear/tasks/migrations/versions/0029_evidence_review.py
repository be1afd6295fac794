"""What became of evidence. The release before does not know it; what it attaches meanwhile is published later."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE evidence_review (
             evidence_id uuid NOT NULL, task_id uuid NOT NULL, programme text NOT NULL, assigned_by text NOT NULL,
             organisation_id uuid, classification text NOT NULL, demonstration boolean NOT NULL,
             state text NOT NULL, hidden boolean NOT NULL, reason text,
             decided_by_organisation_id uuid, decided_at timestamptz,
             version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_evidence_review PRIMARY KEY (evidence_id),
             CONSTRAINT fk_evidence_review_evidence_id_evidence
               FOREIGN KEY (evidence_id) REFERENCES evidence (evidence_id),
             CONSTRAINT fk_evidence_review_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id),
             CONSTRAINT ck_evidence_review_state CHECK (state IN ('waiting', 'accepted', 'refused')))"""
    )
    op.execute("CREATE INDEX ix_evidence_review_task_id ON evidence_review (task_id)")
