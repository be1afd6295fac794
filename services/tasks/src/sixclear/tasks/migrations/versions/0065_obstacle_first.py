"""Obstacles, and the kinds that a programme tells apart. The release before knows none of both."""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0065"
down_revision = "0064"

_INDEXES = (
    "INDEX ix_obstacle_key ON obstacle (key)",
    "INDEX ix_obstacle_task_ids ON obstacle USING gin (task_ids)",
    "INDEX ix_obstacle_listing ON obstacle (opened_at, obstacle_id)",
    "INDEX ix_obstacle_open ON obstacle (opened_at, obstacle_id) WHERE state = 'open'",
    "INDEX ix_obstacle_programme ON obstacle (programme, opened_at, obstacle_id)",
    "INDEX ix_obstacle_organisation_id ON obstacle (organisation_id, opened_at, obstacle_id)",
    "INDEX ix_obstacle_decider ON obstacle (decider_organisation_id, opened_at, obstacle_id)",
    "INDEX ix_obstacle_opened_by ON obstacle (opened_by_organisation_id, opened_at, obstacle_id)",
    "INDEX ix_obstacle_climbs_at ON obstacle (climbs_at, obstacle_id) WHERE climbs_at IS NOT NULL",
)


def upgrade() -> None:
    op.execute("ALTER TABLE programme ADD COLUMN IF NOT EXISTS obstacle_kinds jsonb")
    op.execute(
        """CREATE TABLE obstacle (
             obstacle_id uuid NOT NULL, key uuid NOT NULL, task_ids uuid[] NOT NULL, programme text NOT NULL,
             assigned_by text NOT NULL, organisation_id uuid, classification text NOT NULL,
             demonstration boolean NOT NULL, nature text NOT NULL, kind text, counts_as text NOT NULL,
             state text NOT NULL, level text NOT NULL, description text NOT NULL, decision_needed text,
             documents text[] NOT NULL, entry_ids uuid[] NOT NULL, amount_vnd bigint, since date NOT NULL,
             opened_at timestamptz NOT NULL, opened_by_organisation_id uuid NOT NULL,
             decider_organisation_id uuid NOT NULL, decide_by timestamptz NOT NULL, climbs_at timestamptz,
             escalations integer NOT NULL, escalated_at timestamptz, escalated_by_organisation_id uuid,
             escalation_reason text, outcome text, settlement text, settled_by_organisation_id uuid,
             settled_at timestamptz, reopened_by_organisation_id uuid, reopening_reason text, hidden boolean NOT NULL,
             version integer NOT NULL, published_version integer, occurred_at timestamptz NOT NULL,
             recorded_at timestamptz NOT NULL,
             CONSTRAINT pk_obstacle PRIMARY KEY (obstacle_id),
             CONSTRAINT ck_obstacle_state CHECK (state IN ('open', 'settled')),
             CONSTRAINT ck_obstacle_level CHECK (level IN ('central', 'province', 'commune')),
             CONSTRAINT ck_obstacle_nature CHECK (nature IN ('obstacle', 'limit', 'issue')),
             CONSTRAINT ck_obstacle_outcome CHECK (outcome IN ('decided', 'task_over')))"""
    )
    execute_all(op, [f"CREATE {index}" for index in _INDEXES])
