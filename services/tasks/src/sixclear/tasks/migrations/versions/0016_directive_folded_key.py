"""A directive's number is compared by its form among those of its issuer: each body gives its own numbers.

What the release before took under two spellings stays: the younger directive is marked, `sixclear keys` lists both. The
form stays empty where the release before enters a directive: it does not know it.
"""

from alembic import op

from sixclear.common.keys import Keyed, fold_known_keys

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("ALTER TABLE directive ADD COLUMN folded_key text, ADD COLUMN duplicate_of uuid")
    op.create_foreign_key(
        "fk_directive_duplicate_of_directive", "directive", "directive", ["duplicate_of"], ["directive_id"]
    )
    scope = "(keyed.programme_id, keyed.issuer_organisation_id)"
    fold_known_keys(op.get_bind(), Keyed("directive", scope, ("number",)))
    op.create_unique_constraint(
        "uq_directive_programme_id_issuer_organisation_id_folded_key",
        "directive",
        ["programme_id", "issuer_organisation_id", "folded_key"],
    )
    op.drop_constraint("uq_directive_programme_id_number", "directive", type_="unique")
