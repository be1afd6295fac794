"""What an organisation was before: merged units, former codes, and the spellings under which it is found.

The start of the service fills both, also where the release before registers an organisation and leaves them empty.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("ALTER TABLE organisation ADD COLUMN predecessors jsonb NOT NULL DEFAULT '[]'::jsonb")
    op.execute("ALTER TABLE organisation ADD COLUMN search_text text NOT NULL DEFAULT ''")
    op.execute(
        "UPDATE organisation SET search_text = '|' || regexp_replace(name_folded, '[^[:alnum:]]', '', 'g') || '|'"
    )
