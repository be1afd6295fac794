"""Values are added up above the bodies that they are of, and organisations are counted by level below each."""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    execute_all(
        op,
        [
            """
            CREATE TABLE value_sum (
                epoch integer NOT NULL,
                scope uuid NOT NULL,
                indicator_id uuid NOT NULL,
                last_day date NOT NULL,
                period text NOT NULL,
                level text NOT NULL,
                definition bigint NOT NULL,
                day date NOT NULL,
                reported numeric NOT NULL,
                bounds numeric NOT NULL,
                number numeric NOT NULL,
                numerator numeric NOT NULL,
                denominator numeric NOT NULL,
                CONSTRAINT pk_value_sum
                    PRIMARY KEY (epoch, scope, indicator_id, last_day, period, level, definition, day)
            ) WITH (fillfactor = 80)
            """,
            """
            CREATE TABLE organisation_count (
                epoch integer NOT NULL,
                scope uuid NOT NULL,
                level text NOT NULL,
                bodies integer NOT NULL,
                CONSTRAINT pk_organisation_count PRIMARY KEY (epoch, scope, level)
            )
            """,
            "CREATE INDEX ix_organisation_state_ended ON organisation_state (epoch, valid_to)"
            " WHERE valid_to IS NOT NULL",
        ],
    )
