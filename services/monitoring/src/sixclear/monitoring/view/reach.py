"""National work, and a body's own: what a programme says of its reach decides in which figures its tasks are.

An own task is counted at the owner of its programme and below, never above and at no other body. The counters know
programmes and bodies, so nothing is counted again when a programme changes its reach: a question leaves out, or adds
up, the counters of the own programmes. It costs the cells of those own programmes that are counted at its scope, some
ten rows each. A past instant is told by the reach and the owners of then (`former_programmes`): where these were other
ones, statements are told so (`then`).
"""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.view.dimensions import SOURCE
from sixclear.monitoring.view.states import COUNTRY

# How tasks are read: `contained` at a scope is national work with the own work of the body and of those above it; the
# country has none. Null where every task is meant.
Reading = Literal["contained", "national", "own"]

# The own programmes that a reading turns on, as `p`, at a scope: those that it leaves out, or the ones that it means.
# Without a body, `own` means those of all owners, side by side.
_TURNS_ON = """
    FROM {own} AND ({reading} = 'national' OR ({reading} = 'own') = (
        ({reading} = 'own' AND {scope} = CAST('{country}' AS uuid)) OR EXISTS ({below})))
"""
_OWN = f"""
    programme_state p JOIN source_view w ON w.source = '{SOURCE}' AND w.active_epoch = p.epoch WHERE p.reach = 'own'
"""
_BELOW = """
    SELECT FROM organisation_state place WHERE place.epoch = p.epoch AND place.organisation_id = {scope}
        AND p.owner_organisation_id = ANY(place.ancestors)
"""
# The same of an instant at which these were others, as it is bound: programmes with their owners, and each body that is
# asked about with every one that stood above it.
_OWN_THEN = """
    unnest(CAST(:own_slugs AS text[]), CAST(:own_owners AS uuid[])) AS p(slug, owner_organisation_id) WHERE true
"""
_BELOW_THEN = """
    SELECT FROM unnest(CAST(:below AS uuid[]), CAST(:above AS uuid[])) AS place(body, above)
    WHERE place.body = {scope} AND place.above = p.owner_organisation_id
"""


@dataclass(frozen=True, slots=True)
class OwnThen:
    """The own programmes of an instant with their owners, and what stood above the bodies that are asked about."""

    programmes: tuple[tuple[str, UUID | None], ...]
    # Each body with itself, too.
    above: tuple[tuple[UUID, UUID], ...]

    @property
    def slugs(self) -> list[str]:
        """The slugs of the programmes."""
        return [slug for slug, _ in self.programmes]

    @property
    def values(self) -> dict[str, Any]:
        """What statements bind that are told that these were others (`then`)."""
        return {
            "own_slugs": self.slugs,
            "own_owners": [owner for _, owner in self.programmes],
            "below": [body for body, _ in self.above],
            "above": [above for _, above in self.above],
        }


def _turns_on(reading: str, scope: str, *, then: bool) -> str:
    own, below = (_OWN_THEN, _BELOW_THEN) if then else (_OWN, _BELOW)
    return _TURNS_ON.format(own=own, below=below.format(scope=scope), country=COUNTRY, reading=reading, scope=scope)


def _means(slug: str, reading: str, scope: str, *, then: bool) -> str:
    """Whether tasks of a programme are meant."""
    return f"({reading} = 'own') = EXISTS (SELECT {_turns_on(reading, scope, then=then)} AND p.slug = {slug})"


def programmes(programme: str, reading: str, scope: str, *, then: bool = False) -> str:
    """The programmes under which counters are read for a question about one (empty: all), as `(slug, sign)`."""
    return f"""(
        SELECT {programme}, 1 WHERE {reading} IS NULL OR CASE WHEN {programme} = '' THEN {reading} <> 'own'
            ELSE {_means(programme, reading, scope, then=then)} END
        UNION ALL SELECT p.slug, CASE WHEN {reading} = 'own' THEN 1 ELSE -1 END
        {_turns_on(reading, scope, then=then)} AND {programme} = ''
    )"""


def alone(programme: str, reading: str, scope: str, *, then: bool = False) -> str:
    """As `programmes`, as `(slug)`, where nothing can be taken away: of what is latest. Each is meant whole."""
    turns_on = _turns_on(reading, scope, then=then)
    return f"""(
        SELECT {programme} WHERE {reading} IS NULL OR CASE
            WHEN {programme} <> '' THEN {_means(programme, reading, scope, then=then)}
            ELSE {reading} <> 'own' AND NOT EXISTS (SELECT {turns_on}) END
        UNION ALL SELECT q.slug FROM programme_state q JOIN source_view x
            ON x.source = '{SOURCE}' AND x.active_epoch = q.epoch
        WHERE {programme} = '' AND EXISTS (SELECT {turns_on}) AND {_means("q.slug", reading, scope, then=then)}
    )"""  # noqa: S608 (constants of this package)


def meant(kind: AnyKind, scope: str, *, then: bool = False) -> str:
    """The condition for rows `h` of a kind at a scope; `:reading` is bound. A kind without a reach is meant whole."""
    reading = "CAST(:reading AS text)"
    means = _means("h.programme", reading, scope, then=then)
    return f"({reading} IS NULL OR {means})" if kind.by_reach else "true"
