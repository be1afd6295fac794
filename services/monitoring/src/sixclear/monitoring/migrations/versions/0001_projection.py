"""The projection: states, histories, counters; the operators' spans; positions and dead letters of its consumers."""

from alembic import op

from sixclear.common.bus import dead_letters, positions
from sixclear.common.migrations import execute_all
from sixclear.common.web import idempotency

revision = "0001"
down_revision = None

_HISTORY = """
    epoch integer NOT NULL,
    version integer NOT NULL,
    previous_version integer,
    change text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    view_sequence bigint NOT NULL
"""
_STATE = """
    epoch integer NOT NULL,
    version integer NOT NULL,
    withdrawn_version integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    bucket text,
    next_boundary timestamptz
"""
_FACTS = {
    "task": """
        organisation_id uuid, programme text, assigned_by text, title text, status text, kind text,
        deadline timestamptz, last_report_at timestamptz, demonstration boolean
    """,
    "submission": """
        organisation_id uuid, programme text, status text, kind text, visibility text,
        due_soon_at timestamptz, due_at timestamptz, demonstration boolean
    """,
    "entry": """
        organisation_id uuid, code text, title text, kind text, lists text[], stage text, risk text,
        registration text, demonstration boolean
    """,
}
_DUE = {"task": "deadline", "submission": "due_at"}


def _entity_tables(kind: str, facts: str) -> list[str]:
    statements = [
        f"CREATE TABLE {kind}_history ({kind}_id uuid NOT NULL, {facts}, {_HISTORY},"
        f" CONSTRAINT pk_{kind}_history PRIMARY KEY ({kind}_id, epoch, version))",
        f"CREATE INDEX ix_{kind}_history_recorded_at ON {kind}_history (recorded_at)",
        f"CREATE INDEX ix_{kind}_history_valid ON {kind}_history USING gist (tstzrange(valid_from, valid_to))",
        f"CREATE TABLE {kind}_state ({kind}_id uuid NOT NULL, {facts}, {_STATE},"
        f" CONSTRAINT pk_{kind}_state PRIMARY KEY ({kind}_id, epoch)) WITH (fillfactor = 80)",
        f"CREATE INDEX ix_{kind}_state_organisation_id ON {kind}_state (epoch, organisation_id)",
    ]
    if kind in _DUE:
        statements += [
            f"CREATE INDEX ix_{kind}_state_next_boundary ON {kind}_state (next_boundary)"
            " WHERE next_boundary IS NOT NULL",
            f"CREATE INDEX ix_{kind}_state_overdue ON {kind}_state ({_DUE[kind]}) WHERE bucket = 'overdue'",
        ]
    return statements


_VIEW = [
    """
    CREATE TABLE source_view (
        source text CONSTRAINT pk_source_view PRIMARY KEY,
        active_epoch integer NOT NULL DEFAULT 1,
        next_epoch integer,
        next_since timestamptz,
        next_folded_at timestamptz,
        next_recorded_at timestamptz,
        events bigint NOT NULL DEFAULT 0,
        last_event_at timestamptz,
        current_until timestamptz,
        lag_messages bigint
    )
    """,
    "INSERT INTO source_view (source) VALUES ('tasks'), ('feedback'), ('data-catalog')",
    """
    CREATE TABLE leadership (
        only_row boolean DEFAULT true CONSTRAINT pk_leadership PRIMARY KEY,
        token bigint NOT NULL DEFAULT 0,
        holder text,
        taken_at timestamptz,
        view_sequence bigint NOT NULL DEFAULT 0,
        reconciled boolean NOT NULL DEFAULT true,
        CONSTRAINT ck_leadership_only_row CHECK (only_row)
    )
    """,
    "INSERT INTO leadership DEFAULT VALUES",
    """
    CREATE TABLE organisation_state (
        epoch integer NOT NULL,
        organisation_id uuid NOT NULL,
        version integer NOT NULL,
        code text NOT NULL,
        codes text[] NOT NULL,
        level text NOT NULL,
        name_vi text NOT NULL,
        name_en text,
        parent_id uuid,
        valid_from date,
        valid_to date,
        ancestors uuid[] NOT NULL,
        CONSTRAINT pk_organisation_state PRIMARY KEY (epoch, organisation_id)
    )
    """,
    "CREATE INDEX ix_organisation_state_codes ON organisation_state USING gin (codes)",
    "CREATE INDEX ix_organisation_state_level ON organisation_state (epoch, level)",
    """
    CREATE TABLE programme_state (
        epoch integer NOT NULL,
        programme_id uuid NOT NULL,
        version integer NOT NULL,
        slug text NOT NULL,
        name_vi text NOT NULL,
        name_en text,
        demonstration boolean NOT NULL,
        CONSTRAINT pk_programme_state PRIMARY KEY (epoch, programme_id)
    )
    """,
    "CREATE INDEX ix_programme_state_slug ON programme_state (epoch, slug)",
    """
    CREATE TABLE counter (
        source text NOT NULL,
        epoch integer NOT NULL,
        scope uuid NOT NULL,
        programme text NOT NULL,
        assigned_by text NOT NULL,
        measure text NOT NULL,
        slot text NOT NULL,
        n bigint NOT NULL,
        CONSTRAINT pk_counter PRIMARY KEY (source, epoch, scope, programme, assigned_by, measure, slot)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE last_report (
        epoch integer NOT NULL,
        scope uuid NOT NULL,
        programme text NOT NULL,
        assigned_by text NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT pk_last_report PRIMARY KEY (epoch, scope, programme, assigned_by)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE gap (
        source text NOT NULL,
        epoch integer NOT NULL,
        entity_type text NOT NULL,
        entity_id uuid NOT NULL,
        missing_version integer NOT NULL,
        noticed_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT pk_gap PRIMARY KEY (source, epoch, entity_type, entity_id, missing_version)
    )
    """,
    """
    CREATE TABLE reconciliation (
        reconciliation_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_reconciliation PRIMARY KEY,
        checked_at timestamptz NOT NULL,
        differences jsonb NOT NULL,
        repaired_at timestamptz
    )
    """,
]

_SPANS = [
    """
    CREATE TABLE trace (
        trace_id text CONSTRAINT pk_trace PRIMARY KEY,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        name text NOT NULL,
        services text[] NOT NULL,
        routes text[] NOT NULL,
        spans integer NOT NULL,
        error boolean NOT NULL
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_trace_started_at ON trace (started_at)",
    """
    CREATE TABLE span (
        trace_id text NOT NULL,
        span_id text NOT NULL,
        parent_span_id text,
        service text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        started_at timestamptz NOT NULL,
        duration_microseconds bigint NOT NULL,
        error boolean NOT NULL,
        attributes jsonb NOT NULL,
        links jsonb NOT NULL,
        CONSTRAINT pk_span PRIMARY KEY (trace_id, span_id)
    )
    """,
]


def upgrade() -> None:
    execute_all(op, positions.DDL_V1)
    execute_all(op, dead_letters.DDL_V1)
    execute_all(op, idempotency.DDL_V1)
    execute_all(op, _VIEW)
    for kind, facts in _FACTS.items():
        execute_all(op, _entity_tables(kind, facts))
    execute_all(op, _indexes_of_reports())
    execute_all(op, _SPANS)


def _indexes_of_reports() -> list[str]:
    return [
        "CREATE INDEX ix_task_history_reports ON task_history (epoch, occurred_at) WHERE change = 'progress_reported'",
    ]
