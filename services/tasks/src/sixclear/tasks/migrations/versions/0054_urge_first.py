"""Urges, the ladders of programmes, and how far the ladder of each task was told. The release before knows none.

Each open task with a deadline gets a ladder that begins with its assignment: what is due is told by the first pass.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0054"
down_revision = "0053"

_INDEXES = (
    "UNIQUE INDEX ix_urge_rung ON urge (task_id, deadline, rule) WHERE kind = 'rung'",
    "INDEX ix_urge_task_id ON urge (task_id, urged_at, urge_id)",
    "INDEX ix_urge_listing ON urge (urged_at, urge_id)",
    "INDEX ix_urge_organisation_id ON urge (organisation_id, urged_at, urge_id)",
    "INDEX ix_urge_open ON urge (urged_at, urge_id) WHERE state = 'open'",
    "INDEX ix_urge_late_list ON urge (urged_at, urge_id) WHERE \"to\" = 'late_list'",
    "INDEX ix_urge_addressee ON urge (addressee_organisation_id, urged_at, urge_id)",
    "INDEX ix_urge_author ON urge (author_organisation_id, urged_at, urge_id) WHERE author_organisation_id IS NOT NULL",
    "INDEX ix_task_ladder_next_at ON task_ladder (next_at, task_id) WHERE next_at IS NOT NULL",
)


def upgrade() -> None:
    op.execute("ALTER TABLE programme ADD COLUMN IF NOT EXISTS ladder jsonb")
    op.execute(
        """CREATE TABLE urge (
             urge_id uuid NOT NULL, task_id uuid NOT NULL, programme text NOT NULL, assigned_by text NOT NULL,
             organisation_id uuid, classification text NOT NULL, demonstration boolean NOT NULL,
             kind text NOT NULL, state text NOT NULL, rule text, deadline timestamptz, due_at timestamptz,
             "to" text NOT NULL, addressee_organisation_id uuid NOT NULL, addressee_position jsonb,
             author_organisation_id uuid, author_position jsonb, urged_at timestamptz NOT NULL, day date NOT NULL,
             answer_by timestamptz, text text, answer text, answered_by_organisation_id uuid, answered_at timestamptz,
             hidden boolean NOT NULL, version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_urge PRIMARY KEY (urge_id),
             CONSTRAINT fk_urge_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id),
             CONSTRAINT ck_urge_kind CHECK (kind IN ('urging', 'remark', 'rung')),
             CONSTRAINT ck_urge_state CHECK (state IN ('open', 'answered', 'lapsed', 'told', 'skipped')),
             CONSTRAINT ck_urge_to CHECK ("to" IN ('doer', 'head', 'standing_body', 'late_list')))"""
    )
    op.execute(
        """CREATE TABLE task_ladder (
             task_id uuid NOT NULL, deadline timestamptz NOT NULL, told_to timestamptz NOT NULL, next_at timestamptz,
             CONSTRAINT pk_task_ladder PRIMARY KEY (task_id),
             CONSTRAINT fk_task_ladder_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id))"""
    )
    op.execute(
        """INSERT INTO task_ladder (task_id, deadline, told_to, next_at)
           SELECT task_id, current_deadline, assigned_at,
                  CASE WHEN status IN ('assigned', 'in_progress', 'returned') THEN now() END
           FROM task
           WHERE kind = 'one_off' AND assigned_at IS NOT NULL AND current_deadline IS NOT NULL
             AND status NOT IN ('completed', 'cancelled')"""
    )
    execute_all(op, [f"CREATE {index}" for index in _INDEXES])
