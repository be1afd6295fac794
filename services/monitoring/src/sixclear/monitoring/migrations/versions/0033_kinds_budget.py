"""Money is counted.

The next generation of what tasks publishes fills the tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0033"
down_revision = "0032"

_FACTS = """
    budget_id uuid NOT NULL,
    organisation_id uuid,
    programme text,
    assigned_by text,
    year bigint,
    entries text[],
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""


def upgrade() -> None:
    execute_all(
        op,
        [
            f"""
            CREATE TABLE budget_state (
                {_FACTS},
                withdrawn_version integer NOT NULL,
                occurred_at timestamptz NOT NULL,
                bucket text,
                next_boundary timestamptz,
                cells jsonb,
                withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL,
                CONSTRAINT pk_budget_state PRIMARY KEY (budget_id, epoch)
            ) WITH (fillfactor = 80)
            """,
            "CREATE INDEX ix_budget_state_organisation_id ON budget_state (epoch, organisation_id)",
            "CREATE INDEX ix_budget_state_next_boundary ON budget_state (next_boundary)"
            " WHERE next_boundary IS NOT NULL",
            'CREATE INDEX ix_budget_state_entered ON budget_state ("left"(entries[CAST(bucket AS integer)], 10))'
            " WHERE bucket <> '0'",
            f"""
            CREATE TABLE budget_history (
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
                CONSTRAINT pk_budget_history PRIMARY KEY (budget_id, epoch, version)
            ) WITH (fillfactor = 85)
            """,
            "CREATE INDEX ix_budget_history_valid_from ON budget_history (epoch, valid_from)",
            "CREATE INDEX ix_budget_history_recorded_at ON budget_history (recorded_at)",
            "CREATE INDEX ix_budget_history_view_sequence ON budget_history (view_sequence)",
            "CREATE INDEX ix_budget_history_position ON budget_history (epoch, position) WHERE position IS NOT NULL",
        ],
    )
