"""How open tasks stand to their deadlines, and by which directive and in which group of work they are.

Rows of the rules before hold none of it; the next generation of what tasks publishes makes rows that do, from the first
event of its log. The release before reads and writes its own columns.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0023"
down_revision = "0022"

_FACTS = """
    ADD COLUMN original_deadline timestamptz,
    ADD COLUMN due_soon_at timestamptz,
    ADD COLUMN at_risk_at timestamptz,
    ADD COLUMN directive_id uuid,
    ADD COLUMN work_group text
"""


def upgrade() -> None:
    execute_all(
        op,
        [
            f"ALTER TABLE task_state {_FACTS}, ADD COLUMN standing text",
            f"ALTER TABLE task_history {_FACTS}",
            "CREATE INDEX ix_task_state_due_soon ON task_state (due_soon_at) WHERE standing = 'due_soon'",
            "CREATE INDEX ix_task_state_at_risk ON task_state (at_risk_at) WHERE standing = 'at_risk'",
            "CREATE INDEX ix_task_history_directive ON task_history (epoch, directive_id)"
            " WHERE directive_id IS NOT NULL",
            "CREATE INDEX ix_task_history_work_group ON task_history (epoch, work_group) WHERE work_group IS NOT NULL",
        ],
    )
