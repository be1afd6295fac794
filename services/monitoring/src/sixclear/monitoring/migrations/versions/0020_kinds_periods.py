"""Periods of recurring tasks are counted.

The next generation of what tasks publishes fills both tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0020"
down_revision = "0019"

_FACTS = """
    period_id uuid NOT NULL,
    organisation_id uuid,
    programme text,
    assigned_by text,
    status text,
    due_at timestamptz,
    locks_at timestamptz,
    reported_at timestamptz,
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""


def upgrade() -> None:
    execute_all(
        op,
        [
            f"""
            CREATE TABLE period_state (
                {_FACTS},
                withdrawn_version integer NOT NULL,
                occurred_at timestamptz NOT NULL,
                bucket text,
                next_boundary timestamptz,
                cells jsonb,
                withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL,
                CONSTRAINT pk_period_state PRIMARY KEY (period_id, epoch)
            ) WITH (fillfactor = 80)
            """,
            "CREATE INDEX ix_period_state_organisation_id ON period_state (epoch, organisation_id)",
            "CREATE INDEX ix_period_state_next_boundary ON period_state (next_boundary)"
            " WHERE next_boundary IS NOT NULL",
            "CREATE INDEX ix_period_state_due ON period_state (due_at) WHERE bucket = 'due'",
            f"""
            CREATE TABLE period_history (
                {_FACTS},
                previous_version integer,
                change text NOT NULL,
                occurred_at timestamptz NOT NULL,
                recorded_at timestamptz NOT NULL,
                valid_from timestamptz NOT NULL,
                valid_to timestamptz,
                view_sequence bigint NOT NULL,
                position bigint,
                withdrawn boolean GENERATED ALWAYS AS (change = 'withdrawn') VIRTUAL,
                CONSTRAINT pk_period_history PRIMARY KEY (period_id, epoch, version)
            ) WITH (fillfactor = 85)
            """,
            "CREATE INDEX ix_period_history_valid_from ON period_history (epoch, valid_from)",
            "CREATE INDEX ix_period_history_recorded_at ON period_history (recorded_at)",
            "CREATE INDEX ix_period_history_view_sequence ON period_history (view_sequence)",
            "CREATE INDEX ix_period_history_position ON period_history (epoch, position) WHERE position IS NOT NULL",
        ],
    )
