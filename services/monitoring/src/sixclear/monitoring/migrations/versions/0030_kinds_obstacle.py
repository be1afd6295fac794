"""What holds work back is counted.

The next generation of what tasks publishes fills the tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0030"
down_revision = "0029"

_FACTS = """
    obstacle_id uuid NOT NULL,
    organisation_id uuid,
    programme text,
    assigned_by text,
    state text,
    counts_as text,
    level text,
    since date,
    after_7_days_at timestamptz,
    after_30_days_at timestamptz,
    after_90_days_at timestamptz,
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""

_AGES = {
    "up_to_30_days": "after_7_days_at",
    "up_to_90_days": "after_30_days_at",
    "over_90_days": "after_90_days_at",
}


def upgrade() -> None:
    execute_all(
        op,
        [
            f"""
            CREATE TABLE obstacle_state (
                {_FACTS},
                withdrawn_version integer NOT NULL,
                occurred_at timestamptz NOT NULL,
                bucket text,
                next_boundary timestamptz,
                cells jsonb,
                withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL,
                CONSTRAINT pk_obstacle_state PRIMARY KEY (obstacle_id, epoch)
            ) WITH (fillfactor = 80)
            """,
            "CREATE INDEX ix_obstacle_state_organisation_id ON obstacle_state (epoch, organisation_id)",
            "CREATE INDEX ix_obstacle_state_next_boundary ON obstacle_state (next_boundary)"
            " WHERE next_boundary IS NOT NULL",
            *(
                f"CREATE INDEX ix_obstacle_state_{bucket} ON obstacle_state ({instant}) WHERE bucket = '{bucket}'"
                for bucket, instant in _AGES.items()
            ),
            "CREATE INDEX ix_obstacle_state_open ON obstacle_state (since) WHERE state = 'open'",
            f"""
            CREATE TABLE obstacle_history (
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
                CONSTRAINT pk_obstacle_history PRIMARY KEY (obstacle_id, epoch, version)
            ) WITH (fillfactor = 85)
            """,
            "CREATE INDEX ix_obstacle_history_valid_from ON obstacle_history (epoch, valid_from)",
            "CREATE INDEX ix_obstacle_history_recorded_at ON obstacle_history (recorded_at)",
            "CREATE INDEX ix_obstacle_history_view_sequence ON obstacle_history (view_sequence)",
            "CREATE INDEX ix_obstacle_history_position ON obstacle_history (epoch, position) WHERE position IS NOT NULL",
        ],
    )
