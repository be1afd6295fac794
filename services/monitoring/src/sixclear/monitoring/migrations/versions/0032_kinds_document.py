"""Documents of law and administration are counted.

The next generation of what tasks publishes fills the tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0032"
down_revision = "0031"

_FACTS = """
    document_id uuid NOT NULL,
    organisation_id uuid,
    programme text,
    assigned_by text,
    type text,
    owed_at timestamptz,
    overdue_at timestamptz,
    issued_at timestamptz,
    in_force_at timestamptz,
    replaced_at timestamptz,
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""

_STANDINGS = {
    "owed": "owed_at",
    "overdue": "overdue_at",
    "not_in_force_yet": "issued_at",
    "in_force": "in_force_at",
    "replaced": "replaced_at",
}


def upgrade() -> None:
    execute_all(
        op,
        [
            f"""
            CREATE TABLE document_state (
                {_FACTS},
                withdrawn_version integer NOT NULL,
                occurred_at timestamptz NOT NULL,
                bucket text,
                next_boundary timestamptz,
                cells jsonb,
                withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL,
                CONSTRAINT pk_document_state PRIMARY KEY (document_id, epoch)
            ) WITH (fillfactor = 80)
            """,
            "CREATE INDEX ix_document_state_organisation_id ON document_state (epoch, organisation_id)",
            "CREATE INDEX ix_document_state_next_boundary ON document_state (next_boundary)"
            " WHERE next_boundary IS NOT NULL",
            *(
                f"CREATE INDEX ix_document_state_{bucket} ON document_state ({instant}) WHERE bucket = '{bucket}'"
                for bucket, instant in _STANDINGS.items()
            ),
            f"""
            CREATE TABLE document_history (
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
                CONSTRAINT pk_document_history PRIMARY KEY (document_id, epoch, version)
            ) WITH (fillfactor = 85)
            """,
            "CREATE INDEX ix_document_history_valid_from ON document_history (epoch, valid_from)",
            "CREATE INDEX ix_document_history_recorded_at ON document_history (recorded_at)",
            "CREATE INDEX ix_document_history_view_sequence ON document_history (view_sequence)",
            "CREATE INDEX ix_document_history_position ON document_history (epoch, position) WHERE position IS NOT NULL",
        ],
    )
