"""Who drafted and who published an answer, beyond the names of their clients: person and position.

The release before writes none of the columns. Its own check of the clients' names stays in its code; here it goes,
because two people may use one client. Only rows with a publisher are checked, so no row of before can fail.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

_FOUR_EYES = (
    "CASE WHEN drafted_person IS NULL AND drafted_position IS NULL THEN published_by <> drafted_by"
    " WHEN drafted_person IS NOT NULL AND published_person IS NOT NULL THEN drafted_person <> published_person"
    " ELSE drafted_position <> published_position END"
)


def upgrade() -> None:
    for column in ("drafted_person", "drafted_position", "published_person", "published_position"):
        op.execute(f"ALTER TABLE answer ADD COLUMN {column} text")
    op.execute("ALTER TABLE answer DROP CONSTRAINT ck_answer_four_eyes")
    op.execute(f"ALTER TABLE answer ADD CONSTRAINT ck_answer_two_persons CHECK ({_FOUR_EYES})")
