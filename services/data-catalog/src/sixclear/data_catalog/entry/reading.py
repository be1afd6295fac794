"""Who reads an entry, by its classification: denied unless it is said here. Pure; the same rule in SQL is in `models`.

`public`: everyone. `state`: who acts for a body, or has a mandate. `restricted`: the owner, the data steward, and a
client whose mandate names the owner.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.ids import stable_id

STEWARD, INSPECT = "catalog:approve", "catalog:inspect"
PUBLIC, STATE, RESTRICTED = "public", "state", "restricted"
_OPENNESS = (PUBLIC, STATE, RESTRICTED)
# From this security level on an entry begins restricted.
HIGH_LEVEL = 4
_BODY = "organisation:"


@dataclass(frozen=True, slots=True)
class Reader:
    """What a caller reads: `inside` what bodies know of each other; the entries of `organisation_ids`; or all."""

    inside: bool = False
    organisation_ids: frozenset[UUID] = frozenset()
    everything: bool = False


EVERYONE = Reader()


def worded(reader: Reader) -> str:
    """The reader in one wording: two sets of the same bodies need not have one order."""
    return f"{reader.inside} {reader.everything} {sorted(map(str, reader.organisation_ids))}"


def mandated_bodies(caller: Caller) -> frozenset[UUID]:
    """The bodies that the mandate of the caller's token names; none without `catalog:inspect`."""
    if INSPECT not in caller.scopes:
        return frozenset()
    names = (word.removeprefix(_BODY) for word in caller.mandate if word.startswith(_BODY))
    return frozenset(_body(name) for name in names if name)


def _body(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        return stable_id("organisation", name)


def reader_of(caller: Caller, mandated: Collection[UUID]) -> Reader:
    """What a caller reads; `mandated` are the bodies of its mandate with all that stand below them.

    Who inspects is no body that entries belong to, and keeps none, whatever other scopes its token carries.
    """
    own = caller.organisation_id
    owns = own is not None and not caller.inspects
    return Reader(
        inside=own is not None or bool(mandated),
        organisation_ids=frozenset(mandated) | (frozenset({own}) if owns and own is not None else frozenset()),
        everything=STEWARD in caller.scopes and not caller.inspects,
    )


def reads(reader: Reader, classification: str, owner_organisation_id: UUID) -> bool:
    """Whether the reader may know of an entry. What has no known classification is read by its owner alone."""
    if classification == PUBLIC or (classification == STATE and reader.inside):
        return True
    return reads_whole(reader, owner_organisation_id)


def reads_whole(reader: Reader, owner_organisation_id: UUID) -> bool:
    """Whether the reader reads all that there is of the entries of this owner, of whatever classification."""
    return reader.everything or owner_organisation_id in reader.organisation_ids


def classified(stated: str | None, before: str | None, level_before: int | None, level: int | None) -> str:
    """The classification after a description: what it states, else what was there; `before` is None for a new entry.

    Where nothing is stated, a security level that becomes 4 or 5 restricts the entry. No level opens one again.
    """
    if stated is not None:
        return stated
    if _is_high(level) and not _is_high(level_before):
        return RESTRICTED
    return PUBLIC if before is None else before


def hides_more(before: str, after: str) -> bool:
    """Whether fewer know of an entry after a change of its classification."""
    return _OPENNESS.index(after) > _OPENNESS.index(before)


def _is_high(level: int | None) -> bool:
    return level is not None and level >= HIGH_LEVEL
