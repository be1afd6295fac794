"""A directive can be withdrawn; only so many of a body wait for a task in a programme of another body.

The release before this one shows a withdrawn directive as any other. Where it enters one, no body is said to have
entered it: it does not count against a body.
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        """ALTER TABLE directive
           ADD COLUMN entered_by_organisation_id uuid,
           ADD COLUMN taken_up boolean NOT NULL DEFAULT false,
           ADD COLUMN withdrawn_at timestamptz,
           ADD COLUMN withdrawn_by_organisation_id uuid"""
    )
    op.execute(
        """UPDATE directive SET entered_by_organisation_id = (event.meta ->> 'organisation_id')::uuid
           FROM event WHERE event.entity_type = 'directive' AND event.entity_id = directive.directive_id
             AND event.version = 1"""
    )
    op.execute(
        """UPDATE directive SET taken_up = true
           WHERE EXISTS (SELECT FROM task WHERE task.directive_id = directive.directive_id
                         AND task.assigned_at IS NOT NULL)"""
    )
