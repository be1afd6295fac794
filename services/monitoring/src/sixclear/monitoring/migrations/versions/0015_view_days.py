"""Changes of the figures by civil day, which a past instant is read from (decision 0033).

They are filled by the next generation, which the first leader of this release begins: its rules have other numbers.
The release before answers a past instant from the histories without the index that is dropped: rightly, but by reading
all of them, until it is stopped.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0015"
down_revision = "0014"

_KEYS = {
    "day_delta": "source, epoch, scope, measure, period, day, slot, programme, assigned_by, crossed_at",
    "day_rollup": "source, epoch, scope, programme, assigned_by, measure, period, day, slot, crossed_at",
}


def upgrade() -> None:
    for table, key in _KEYS.items():
        execute_all(
            op,
            [
                f"""
                CREATE TABLE {table} (
                    source text NOT NULL,
                    epoch integer NOT NULL,
                    scope uuid NOT NULL,
                    programme text NOT NULL,
                    assigned_by text NOT NULL,
                    measure text NOT NULL,
                    slot text NOT NULL,
                    period text NOT NULL,
                    day date NOT NULL,
                    crossed_at timestamptz NOT NULL,
                    amount numeric NOT NULL,
                    CONSTRAINT pk_{table} PRIMARY KEY ({key})
                ) WITH (fillfactor = 80)
                """,
            ],
        )
    execute_all(op, ["ALTER TABLE counter ADD COLUMN latest timestamptz"])
    for table in ("task_history", "submission_history", "entry_history"):
        execute_all(
            op,
            [
                f"CREATE INDEX ix_{table}_valid_from ON {table} (epoch, valid_from)",
                f"DROP INDEX ix_{table}_valid",
            ],
        )
    execute_all(op, ["ALTER TABLE source_view ADD COLUMN rebuild_asked boolean NOT NULL DEFAULT false"])
