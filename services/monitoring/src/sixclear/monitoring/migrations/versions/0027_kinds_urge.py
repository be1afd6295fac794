"""Urges on tasks are counted.

The next generation of what tasks publishes fills the tables, from the first event of its log; the release before reads
none of it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0027"
down_revision = "0026"

_OWN = {"urge": "state text"}
_FACTS = """
    {kind}_id uuid NOT NULL,
    organisation_id uuid,
    programme text,
    assigned_by text,
    {own},
    demonstration boolean,
    epoch integer NOT NULL,
    version integer NOT NULL
"""


def upgrade() -> None:
    for kind, own in _OWN.items():
        facts = _FACTS.format(kind=kind, own=own)
        execute_all(
            op,
            [
                f"""
                CREATE TABLE {kind}_state (
                    {facts},
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
                    CONSTRAINT pk_{kind}_history PRIMARY KEY ({kind}_id, epoch, version)
                ) WITH (fillfactor = 85)
                """,
                f"CREATE INDEX ix_{kind}_history_valid_from ON {kind}_history (epoch, valid_from)",
                f"CREATE INDEX ix_{kind}_history_recorded_at ON {kind}_history (recorded_at)",
                f"CREATE INDEX ix_{kind}_history_view_sequence ON {kind}_history (view_sequence)",
                f"CREATE INDEX ix_{kind}_history_position ON {kind}_history (epoch, position)"
                " WHERE position IS NOT NULL",
            ],
        )
