"""What bodies owe programmes as their reports is counted.

The next generation of what tasks publishes fills the tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0029"
down_revision = "0028"

_FACTS = """
    filing_id uuid NOT NULL,
    organisation_id uuid,
    programme text,
    assigned_by text,
    period text,
    state text,
    late_at timestamptz,
    filed_at timestamptz,
    empty boolean,
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""


def upgrade() -> None:
    execute_all(
        op,
        [
            f"""
            CREATE TABLE filing_state (
                {_FACTS},
                withdrawn_version integer NOT NULL,
                occurred_at timestamptz NOT NULL,
                bucket text,
                next_boundary timestamptz,
                cells jsonb,
                withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL,
                CONSTRAINT pk_filing_state PRIMARY KEY (filing_id, epoch)
            ) WITH (fillfactor = 80)
            """,
            "CREATE INDEX ix_filing_state_organisation_id ON filing_state (epoch, organisation_id)",
            "CREATE INDEX ix_filing_state_next_boundary ON filing_state (next_boundary)"
            " WHERE next_boundary IS NOT NULL",
            "CREATE INDEX ix_filing_state_missing ON filing_state (late_at) WHERE bucket = 'missing'",
            f"""
            CREATE TABLE filing_history (
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
                CONSTRAINT pk_filing_history PRIMARY KEY (filing_id, epoch, version)
            ) WITH (fillfactor = 85)
            """,
            "CREATE INDEX ix_filing_history_valid_from ON filing_history (epoch, valid_from)",
            "CREATE INDEX ix_filing_history_recorded_at ON filing_history (recorded_at)",
            "CREATE INDEX ix_filing_history_view_sequence ON filing_history (view_sequence)",
            "CREATE INDEX ix_filing_history_position ON filing_history (epoch, position) WHERE position IS NOT NULL",
        ],
    )
