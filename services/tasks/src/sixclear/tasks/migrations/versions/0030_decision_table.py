"""Decisions on tasks, and what a programme states of them. The release before does not know them.

A column that is null, or has a default, is added without writing a row; nothing waits while the index is made.
"""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE IF NOT EXISTS decision (
             decision_id uuid NOT NULL, task_id uuid NOT NULL, programme text NOT NULL, assigned_by text NOT NULL,
             organisation_id uuid, classification text NOT NULL, demonstration boolean NOT NULL,
             kind text NOT NULL, state text NOT NULL, reason text NOT NULL, document text,
             former jsonb NOT NULL, proposed jsonb NOT NULL, decided jsonb,
             asked_by_organisation_id uuid NOT NULL, asked_at timestamptz NOT NULL, asked_late boolean NOT NULL,
             decide_by timestamptz NOT NULL, decided_by_organisation_id uuid, decided_at timestamptz,
             decision_reason text,
             version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_decision PRIMARY KEY (decision_id),
             CONSTRAINT fk_decision_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id))"""
    )
    op.execute("CREATE INDEX IF NOT EXISTS ix_decision_task_id ON decision (task_id, asked_at, decision_id)")
    op.execute("CREATE INDEX IF NOT EXISTS ix_decision_listing ON decision (asked_at, decision_id)")
    op.execute("CREATE INDEX IF NOT EXISTS ix_decision_asked ON decision (asked_at, decision_id) WHERE state = 'asked'")
    op.execute("ALTER TABLE programme ADD COLUMN IF NOT EXISTS decision_days smallint NOT NULL DEFAULT 5")
    op.execute("ALTER TABLE programme ADD COLUMN IF NOT EXISTS extension_notice_days smallint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS cancelled_at timestamptz")
    with op.get_context().autocommit_block():
        # One that was stopped leaves an index that is not valid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_listing_over")
        op.execute(
            """CREATE INDEX CONCURRENTLY ix_task_listing_over
               ON task (coalesce(current_deadline, 'infinity'::timestamptz), task_id)
               WHERE assigned_at IS NULL OR cancelled_at IS NOT NULL"""
        )
