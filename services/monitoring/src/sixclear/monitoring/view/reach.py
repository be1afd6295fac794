"""National work, and a body's own: what a programme says of its reach decides in which figures its tasks are.

An own task is counted at the owner of its programme and below, never above and at no other body. The counters know
programmes and bodies, so nothing is counted again when a programme changes its reach: a question leaves out, or adds
up, the counters of the own programmes. It costs the cells of those own programmes that are counted at its scope, some
ten rows each. A past instant is told by the reach of now.
"""

from typing import Literal

from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.view.dimensions import SOURCE
from sixclear.monitoring.view.states import COUNTRY

# How tasks are read: `contained` at a scope is national work with the own work of the body and of those above it; the
# country has none. Null where every task is meant.
Reading = Literal["contained", "national", "own"]

# The own programmes that a reading turns on, as `p`, at a scope: those that it leaves out, or the ones that it means.
# Without a body, `own` means those of all owners, side by side.
_TURNS_ON = """
    FROM programme_state p JOIN source_view w ON w.source = '{source}' AND w.active_epoch = p.epoch
    WHERE p.reach = 'own' AND ({reading} = 'national' OR ({reading} = 'own') = (
        ({reading} = 'own' AND {scope} = CAST('{country}' AS uuid)) OR EXISTS (
            SELECT FROM organisation_state place WHERE place.epoch = p.epoch AND place.organisation_id = {scope}
                AND p.owner_organisation_id = ANY(place.ancestors))))
"""


def _turns_on(reading: str, scope: str) -> str:
    return _TURNS_ON.format(source=SOURCE, country=COUNTRY, reading=reading, scope=scope)


def _means(slug: str, reading: str, scope: str) -> str:
    """Whether tasks of a programme are meant."""
    return f"({reading} = 'own') = EXISTS (SELECT {_turns_on(reading, scope)} AND p.slug = {slug})"


def programmes(programme: str, reading: str, scope: str) -> str:
    """The programmes under which counters are read for a question about one (empty: all), as `(slug, sign)`."""
    return f"""(
        SELECT {programme}, 1 WHERE {reading} IS NULL OR CASE WHEN {programme} = '' THEN {reading} <> 'own'
            ELSE {_means(programme, reading, scope)} END
        UNION ALL SELECT p.slug, CASE WHEN {reading} = 'own' THEN 1 ELSE -1 END
        {_turns_on(reading, scope)} AND {programme} = ''
    )"""


def alone(programme: str, reading: str, scope: str) -> str:
    """As `programmes`, as `(slug)`, where nothing can be taken away: of what is latest. Each is meant whole."""
    return f"""(
        SELECT {programme} WHERE {reading} IS NULL OR CASE
            WHEN {programme} <> '' THEN {_means(programme, reading, scope)}
            ELSE {reading} <> 'own' AND NOT EXISTS (SELECT {_turns_on(reading, scope)}) END
        UNION ALL SELECT q.slug FROM programme_state q JOIN source_view x
            ON x.source = '{SOURCE}' AND x.active_epoch = q.epoch
        WHERE {programme} = '' AND EXISTS (SELECT {_turns_on(reading, scope)}) AND {_means("q.slug", reading, scope)}
    )"""  # noqa: S608 (constants of this package)


def meant(kind: AnyKind, scope: str) -> str:
    """The condition for rows `h` of a kind at a scope; `:reading` is bound. A kind without a reach is meant whole."""
    reading = "CAST(:reading AS text)"
    return f"({reading} IS NULL OR {_means('h.programme', reading, scope)})" if kind.by_reach else "true"
