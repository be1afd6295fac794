"""Connectors, and what goes out through the library's sender; the release before does not know the tables."""

from alembic import op

from sixclear.common.migrations import execute_all
from sixclear.common.sender import queue

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE connector (
             connector_id uuid NOT NULL, organisation_id uuid NOT NULL, name text NOT NULL, adapter text NOT NULL,
             address text NOT NULL, method text NOT NULL, source text, sends text NOT NULL, credential jsonb NOT NULL,
             mapping jsonb NOT NULL, on_filing boolean NOT NULL, active boolean NOT NULL, version integer NOT NULL,
             recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_connector PRIMARY KEY (connector_id),
             CONSTRAINT fk_connector_organisation_id_organisation FOREIGN KEY (organisation_id)
                 REFERENCES organisation (organisation_id),
             CONSTRAINT uq_connector_organisation_id_name UNIQUE (organisation_id, name),
             CONSTRAINT ck_connector_adapter CHECK (adapter IN ('http', 'sixclear')))"""
    )
    execute_all(op, queue.DDL_V1)
