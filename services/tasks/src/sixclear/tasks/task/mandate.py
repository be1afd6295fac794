"""What a client reads by mandate: as inspector, as a member in charge of an area, as an outside supervisor. Pure.

A mandate is told by the token, never by the request, and counts only with a scope that asks for one.
"""

from dataclasses import dataclass
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.ids import stable_id

INSPECT, OVERSEE = "tasks:inspect", "tasks:oversee"
SCOPES = (INSPECT, OVERSEE)


@dataclass(frozen=True, slots=True)
class Mandate:
    """Programmes by slug, groups of work by programme and group, and bodies with all that stand below them."""

    programmes: frozenset[str] = frozenset()
    groups: frozenset[tuple[str, str]] = frozenset()
    organisation_ids: frozenset[UUID] = frozenset()

    def names(self, programme: str, work_group: str | None) -> bool:
        """Whether it names a task of this programme and group. One that no decision has put there is in neither."""
        return programme in self.programmes or (programme, work_group) in self.groups


def mandate_of(caller: Caller) -> Mandate | None:
    """What the caller's mandate names; None without a scope for it. A word that is not understood names nothing."""
    if not caller.scopes.intersection(SCOPES):
        return None
    programmes, groups, bodies = set(), set(), set()
    for word in caller.mandate:
        kind, _, name = word.partition(":")
        if kind == "programme":
            programmes.add(name)
        elif kind == "group":
            programme, _, group = name.partition("/")
            if group:
                groups.add((programme, group))
        elif kind == "organisation" and name:
            bodies.add(_body(name))
    return Mandate(frozenset(programmes), frozenset(groups), frozenset(bodies))


def _body(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        return stable_id("organisation", name)
