"""A programme's new ladder is taken to its tasks in chunks. The release before takes its own to all of them at once."""

from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE ladder_change (
             programme_id uuid NOT NULL, after_task_id uuid NOT NULL,
             CONSTRAINT pk_ladder_change PRIMARY KEY (programme_id),
             CONSTRAINT fk_ladder_change_programme_id_programme FOREIGN KEY (programme_id)
                 REFERENCES programme (programme_id))"""
    )
