"""Indicators and their values are counted.

The next generation of what tasks publishes fills the tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0035"
down_revision = "0034"

_INDICATOR = """
    indicator_id uuid NOT NULL,
    organisation_id uuid,
    code text,
    programme text,
    name_vi text,
    name_en text,
    kind text,
    definition bigint,
    unit text,
    direction text,
    value_type text,
    cumulative boolean,
    period_unit text,
    decimals bigint,
    levels text[],
    bodies text[],
    targets_of uuid,
    targets text,
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""
_VALUE = """
    value_id uuid NOT NULL,
    organisation_id uuid,
    indicator_id uuid,
    programme text,
    level text,
    period text,
    last_day date,
    status text,
    value_type text,
    definition bigint,
    number numeric,
    numerator numeric,
    denominator numeric,
    bound text,
    true_from timestamptz,
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""


def _tables(name: str, facts: str) -> list[str]:
    return [
        f"""
        CREATE TABLE {name}_state (
            {facts},
            withdrawn_version integer NOT NULL,
            occurred_at timestamptz NOT NULL,
            bucket text,
            next_boundary timestamptz,
            cells jsonb,
            withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL,
            CONSTRAINT pk_{name}_state PRIMARY KEY ({name}_id, epoch)
        ) WITH (fillfactor = 80)
        """,
        f"CREATE INDEX ix_{name}_state_organisation_id ON {name}_state (epoch, organisation_id)",
        f"""
        CREATE TABLE {name}_history (
            {facts},
            previous_version integer,
            change text NOT NULL,
            occurred_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            valid_from timestamptz NOT NULL,
            valid_to timestamptz,
            view_sequence bigint NOT NULL,
            position bigint,
            withdrawn boolean GENERATED ALWAYS AS (change = 'withdrawn') VIRTUAL,
            CONSTRAINT pk_{name}_history PRIMARY KEY ({name}_id, epoch, version)
        ) WITH (fillfactor = 85)
        """,
        f"CREATE INDEX ix_{name}_history_valid_from ON {name}_history (epoch, valid_from)",
        f"CREATE INDEX ix_{name}_history_recorded_at ON {name}_history (recorded_at)",
        f"CREATE INDEX ix_{name}_history_view_sequence ON {name}_history (view_sequence)",
        f"CREATE INDEX ix_{name}_history_position ON {name}_history (epoch, position) WHERE position IS NOT NULL",
    ]


def upgrade() -> None:
    execute_all(
        op,
        [
            *_tables("indicator", _INDICATOR),
            "CREATE INDEX ix_indicator_state_code ON indicator_state (epoch, code) WHERE code IS NOT NULL",
            "CREATE INDEX ix_indicator_history_targets ON indicator_history (epoch, targets_of, indicator_id, version)"
            " WHERE targets_of IS NOT NULL",
            *_tables("value", _VALUE),
            "CREATE INDEX ix_value_state_series ON value_state (epoch, indicator_id, organisation_id, last_day)"
            " WHERE true_from IS NOT NULL",
            "CREATE INDEX ix_value_state_true_from ON value_state (epoch, indicator_id, true_from)"
            " WHERE true_from IS NOT NULL",
        ],
    )
