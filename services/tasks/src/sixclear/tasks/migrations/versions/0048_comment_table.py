"""Comments of supervisors on tasks. The release before does not know them."""

from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE comment (
             comment_id uuid NOT NULL, task_id uuid NOT NULL, programme text NOT NULL, assigned_by text NOT NULL,
             organisation_id uuid, classification text NOT NULL, demonstration boolean NOT NULL,
             text text NOT NULL, commented_by_organisation_id uuid NOT NULL, commented_at timestamptz NOT NULL,
             answer text, answered_by_organisation_id uuid, answered_at timestamptz, hidden boolean NOT NULL,
             version integer NOT NULL, published_version integer,
             occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_comment PRIMARY KEY (comment_id),
             CONSTRAINT fk_comment_task_id_task FOREIGN KEY (task_id) REFERENCES task (task_id))"""
    )
    op.execute("CREATE INDEX ix_comment_task_id ON comment (task_id, commented_at, comment_id)")
