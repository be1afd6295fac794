"""Periods of recurring tasks, and what a programme says of its dates. The release before does not know them."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute(
        """ALTER TABLE programme
             ADD COLUMN deadline_hour smallint NOT NULL DEFAULT 17,
             ADD COLUMN due_roll text NOT NULL DEFAULT 'next',
             ADD COLUMN period_lock_days smallint NOT NULL DEFAULT 20,
             ADD COLUMN periods_confirmed boolean NOT NULL DEFAULT false,
             ADD CONSTRAINT ck_programme_deadline_hour CHECK (deadline_hour BETWEEN 0 AND 23),
             ADD CONSTRAINT ck_programme_due_roll CHECK (due_roll IN ('next', 'previous', 'keep')),
             ADD CONSTRAINT ck_programme_period_lock_days CHECK (period_lock_days BETWEEN 0 AND 250)"""
    )
    op.execute("ALTER TABLE progress_report ADD COLUMN period text, ADD COLUMN period_named boolean")
    op.execute(
        """CREATE TABLE period (
             period_id uuid NOT NULL, task_id uuid NOT NULL, programme text NOT NULL, assigned_by text NOT NULL,
             organisation_id uuid, classification text NOT NULL, demonstration boolean NOT NULL,
             key text NOT NULL, series smallint NOT NULL, rule text NOT NULL, day date NOT NULL,
             opens_at timestamptz NOT NULL, due_at timestamptz NOT NULL, roll text NOT NULL, edition text NOT NULL,
             locks_at timestamptz NOT NULL, status text NOT NULL, reported_at timestamptz, report_version integer,
             percent smallint, public_percent smallint, reported_in_public boolean NOT NULL, next_at timestamptz,
             version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_period PRIMARY KEY (period_id),
             CONSTRAINT uq_period_task_id_key UNIQUE (task_id, key),
             CONSTRAINT fk_period_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id),
             CONSTRAINT ck_period_status
               CHECK (status IN ('open', 'reported', 'confirmed', 'returned', 'missed', 'locked')),
             CONSTRAINT ck_period_percent CHECK (percent BETWEEN 0 AND 100))"""
    )
    op.execute("CREATE INDEX ix_period_task_id ON period (task_id, due_at, day)")
    op.execute("CREATE INDEX ix_period_open ON period (due_at) WHERE status = 'open'")
    op.execute("CREATE INDEX ix_period_next_at ON period (next_at) WHERE next_at IS NOT NULL")
    op.execute("CREATE INDEX ix_period_unlocked ON period (locks_at) WHERE status IN ('missed', 'returned')")
