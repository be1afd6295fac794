"""An entry's code is compared by its form among those of its owner: each body gives the codes of its own entries.

What the release before took under two spellings stays: the younger entry is marked, `sixclear keys` lists both. The
form stays empty where the release before registers an entry: it does not know it.
"""

from alembic import op

from sixclear.common.keys import Keyed, fold_known_keys

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE entry ADD COLUMN folded_key text, ADD COLUMN duplicate_of uuid")
    op.create_foreign_key("fk_entry_duplicate_of_entry", "entry", "entry", ["duplicate_of"], ["entry_id"])
    fold_known_keys(op.get_bind(), Keyed("entry", "keyed.owner_organisation_id", ("code",)))
    op.create_unique_constraint(
        "uq_entry_folded_key_owner_organisation_id", "entry", ["folded_key", "owner_organisation_id"]
    )
    op.create_index("ix_entry_code", "entry", ["code", "entry_id"])
    op.drop_constraint("uq_entry_code", "entry", type_="unique")
