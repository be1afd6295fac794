"""Sets of criteria and assessments are kept, for scores; tasks are found by the bodies that had them.

The next generation of what tasks publishes fills the tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0034"
down_revision = "0033"

_DIMENSIONS = "organisation_id uuid, programme text, assigned_by text"
_FACTS = {
    "criteria": f"{_DIMENSIONS}, code text, edition bigint, name text, every text, content text",
    "assessment": f"""{_DIMENSIONS}, criteria_id uuid, criteria text, level text, period text, state text,
        due_at timestamptz, answered_at timestamptz, verified_at timestamptz, answers text""",
}


def _tables(kind: str, facts: str) -> list[str]:
    own = f"{kind}_id uuid NOT NULL, {facts}, demonstration boolean, epoch integer NOT NULL, version integer NOT NULL"
    return [
        f"""
        CREATE TABLE {kind}_state (
            {own},
            withdrawn_version integer NOT NULL,
            occurred_at timestamptz NOT NULL,
            bucket text,
            next_boundary timestamptz,
            cells jsonb,
            withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL,
            CONSTRAINT pk_{kind}_state PRIMARY KEY ({kind}_id, epoch)
        ) WITH (fillfactor = 80)
        """,
        f"CREATE INDEX ix_{kind}_state_organisation_id ON {kind}_state (epoch, organisation_id)",
        f"""
        CREATE TABLE {kind}_history (
            {own},
            previous_version integer,
            change text NOT NULL,
            occurred_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            valid_from timestamptz NOT NULL,
            valid_to timestamptz,
            view_sequence bigint NOT NULL,
            position bigint,
            withdrawn boolean GENERATED ALWAYS AS (change = 'withdrawn') VIRTUAL,
            CONSTRAINT pk_{kind}_history PRIMARY KEY ({kind}_id, epoch, version)
        ) WITH (fillfactor = 85)
        """,
        f"CREATE INDEX ix_{kind}_history_valid_from ON {kind}_history (epoch, valid_from)",
        f"CREATE INDEX ix_{kind}_history_recorded_at ON {kind}_history (recorded_at)",
        f"CREATE INDEX ix_{kind}_history_view_sequence ON {kind}_history (view_sequence)",
        f"CREATE INDEX ix_{kind}_history_position ON {kind}_history (epoch, position) WHERE position IS NOT NULL",
    ]


def upgrade() -> None:
    for kind, facts in _FACTS.items():
        execute_all(op, _tables(kind, facts))
    execute_all(
        op,
        [
            "CREATE INDEX ix_assessment_state_criteria ON assessment_state (epoch, criteria, period, assessment_id)"
            " WHERE criteria IS NOT NULL",
            "CREATE INDEX ix_task_history_bodies ON task_history (epoch, organisation_id, task_id)"
            " WHERE change <> 'progress_reported'",
        ],
    )
