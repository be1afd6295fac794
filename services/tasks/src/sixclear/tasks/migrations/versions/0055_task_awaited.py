"""What waits for the word of a body is listed by indexes: decisions, periods, evidence, and its programmes.

The indexes are made while others write, and again after it was stopped. That of the assigning body alone goes: the one
with its programmes serves for it.
"""

from alembic import op

revision = "0055"
down_revision = "0054"

_INDEXES = {
    "ix_decision_awaited": """decision (asked_at, decision_id)
        WHERE state = 'asked' OR kind = 'transfer' AND (state = 'granted' OR state = 'granted_otherwise')""",
    "ix_period_reported": "period (programme, reported_at, period_id) WHERE status = 'reported'",
    "ix_evidence_review_waiting": "evidence_review (programme, occurred_at, evidence_id) WHERE state = 'waiting'",
    "ix_task_assigning": "task (assigning_organisation_id, programme_id)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, rows in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {rows}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_assigning_organisation_id")
