"""Where organisations stood, and which codes they had, by version.

No organisation changed its place before this release: what is known of each holds for the past, too.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    execute_all(
        op,
        [
            """CREATE TABLE organisation_history (
                 epoch integer NOT NULL, organisation_id uuid NOT NULL, version integer NOT NULL,
                 valid_from timestamptz NOT NULL, codes text[] NOT NULL, parent_id uuid, moves boolean NOT NULL,
                 CONSTRAINT pk_organisation_history PRIMARY KEY (epoch, organisation_id, version))""",
            "CREATE INDEX ix_organisation_history_moves ON organisation_history (epoch, valid_from) WHERE moves",
            """INSERT INTO organisation_history
               SELECT epoch, organisation_id, version, '-infinity', codes, parent_id, false FROM organisation_state""",
        ],
    )
