"""Policies of the public log, and what its witnesses say. What was shown until now was accepted as signed by us alone.

The release before writes checkpoints without these columns; a newer process accepts the newest of them at its next pass.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "log_policy",
        sa.Column("policy_id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_log_policy")),
        sa.UniqueConstraint("text", name=op.f("uq_log_policy_text")),
    )
    op.create_table(
        "log_witness",
        sa.Column("verifier_key", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("cosigned_at", _INSTANT, nullable=True),
        sa.Column("failed_at", _INSTANT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("verifier_key", name=op.f("pk_log_witness")),
    )
    op.add_column("log_checkpoint", sa.Column("cosignatures", sa.Text(), nullable=False, server_default=""))
    op.add_column("log_checkpoint", sa.Column("asked_at", _INSTANT, nullable=True))
    op.add_column("log_checkpoint", sa.Column("accepted_at", _INSTANT, nullable=True))
    op.add_column("log_checkpoint", sa.Column("policy_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_log_checkpoint_policy_id_log_policy"), "log_checkpoint", "log_policy", ["policy_id"], ["policy_id"]
    )
    op.execute(
        "INSERT INTO log_policy (text, since)"
        " SELECT 'log ' || verifier_key || E'\\nquorum none\\n', (SELECT min(signed_at) FROM log_checkpoint)"
        " FROM log_identity WHERE EXISTS (SELECT FROM log_checkpoint)"
    )
    op.execute(
        "UPDATE log_checkpoint SET accepted_at = published_at, policy_id = (SELECT policy_id FROM log_policy)"
        " WHERE published_at IS NOT NULL"
    )
