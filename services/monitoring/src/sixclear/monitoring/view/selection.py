"""Which records a question means."""

from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.text import code_form
from sixclear.common.use_case import ReferenceUnknown, unknown_reference
from sixclear.monitoring.errors import ProgrammeNotFound
from sixclear.monitoring.kinds import KINDS
from sixclear.monitoring.kinds.kind import DIMENSIONS, AnyKind
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view import dimensions
from sixclear.monitoring.view.dimensions import Reach
from sixclear.monitoring.view.former_programmes import groups_of
from sixclear.monitoring.view.former_tree import Parts, Then
from sixclear.monitoring.view.heard import counted_again, told_whole
from sixclear.monitoring.view.reach import OwnThen, Reading, meant
from sixclear.monitoring.view.states import COUNTRY

AssignedBy = Literal["central", "province", "commune"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records are meant; None means all. A kind that lacks a dimension is not narrowed by it.

    Without a reach and a programme, a body is meant with its own work and that of those above it, the country without.
    """

    organisation_id: UUID | None = None
    programme: str | None = None
    assigned_by: str | None = None
    reach: Reach | None = None
    directive_id: UUID | None = None
    work_group: str | None = None
    # The parts of the group, each with the programme that has them.
    parts_of_group: tuple[tuple[str, str], ...] = ()
    # Whether the reach is that of the programme: no one asked for it.
    reach_of_programme: bool = False
    # The body as it was at the instant that is asked about, where its place or that of others was another one.
    then: Then | None = None
    # The own programmes of that instant, where these or what stood above the body were others.
    own_then: OwnThen | None = None

    def named_facts(self, kind: AnyKind) -> dict[str, Any]:
        """The facts of a kind that are named, for which its histories are read."""
        named = {name: getattr(self, name) for name in sorted(kind.narrowed_by)}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def of_now(self) -> bool:
        """Whether the tree and the programmes by which it is told are those of now."""
        return self.then is None and self.own_then is None

    @property
    def names_facts(self) -> bool:
        """Whether a fact is named that no counter knows."""
        return self.directive_id is not None or self.work_group is not None

    @property
    def reading(self) -> Reading | None:
        """Which tasks are meant, by the reach of their programmes; None where all of a programme are."""
        return self.reach or ("contained" if self.programme is None else None)

    @property
    def scope(self) -> UUID:
        """The scope under which the selection is counted."""
        return self.organisation_id or COUNTRY

    @property
    def parts(self) -> Parts:
        """The scopes of the tree of now whose sum is what is meant, each with its sign."""
        return ((self.scope, 1),) if self.then is None else self.then.parts

    def is_all_of(self, kind: AnyKind) -> bool:
        """Whether every entity of a kind is meant."""
        return self.organisation_id is None and not any(self.narrowed(kind).values())

    def narrowed(self, kind: AnyKind) -> dict[str, str]:
        """The values of the dimensions under which a kind is counted; empty means all."""
        return {name: getattr(self, name) or "" if name in kind.dimensions else "" for name in DIMENSIONS}

    @property
    def values(self) -> dict[str, Any]:
        """What statements with `selected` bind."""
        return {
            "organisation": self.organisation_id,
            "scope": self.scope,
            "programme": self.programme,
            "assigned_by": self.assigned_by,
            "reading": self.reading,
            **self.facts,
            "bodies": None if self.then is None else list(self.then.bodies),
            **({} if self.own_then is None else self.own_then.values),
        }

    @property
    def facts(self) -> dict[str, Any]:
        """What `is_named` binds: of each fact the values that are meant, each with its programme, or of any (None)."""
        parts = self.parts_of_group
        return {
            "directive_ids": [self.directive_id],
            "directive_ids_of": [None],
            "work_groups": [self.work_group, *(part for _, part in parts)],
            "work_groups_of": [None, *(programme for programme, _ in parts)],
        }


async def select(
    session: AsyncSession,
    *,
    organisation: str | None,
    programme: str | None,
    assigned_by: AssignedBy | None,
    reach: Reach | None = None,
    directive: UUID | None = None,
    group: str | None = None,
) -> Selection:
    """What a caller means; `organisation` is an identifier or any code. Raises when it is unknown."""
    made = Selection(
        await _organisation(session, organisation) if organisation is not None else None,
        programme,
        assigned_by,
        reach or await programme_reach(session, programme),
        directive,
        group,
        reach_of_programme=reach is None and programme is not None,
    )
    return await with_named_facts(session, made)


async def with_named_facts(session: AsyncSession, selection: Selection) -> Selection:
    """With the parts of the group that is named, by what its programme says now.

    Raises ReferenceUnknown for a fact that nothing has, and never had, of what is published, and that no programme
    describes. Raises Unavailable while rows of a release before are read: they name no fact, and would count too few.
    """
    groups = None
    if selection.work_group is not None:
        groups = await groups_of(session, selection.work_group, selection.programme)
        selection = replace(selection, parts_of_group=groups.parts)
    for name, field in (("directive_id", "directive"), ("work_group", "group")):
        if getattr(selection, name) is None:
            continue
        kinds = [kind for kind in KINDS if name in kind.narrowed_by]
        asked = sql(
            "SELECT {told}, {had}",
            told=" AND ".join(f"EXISTS (SELECT FROM source_view v WHERE {told_whole(kind)})" for kind in kinds),
            had=" OR ".join(_ever_had(kind, name) for kind in kinds),
        )
        told, had = (await session.execute(asked, selection.facts)).one()
        if not told:
            raise counted_again()
        described = name == "work_group" and groups is not None and groups.described
        if not had and not described:
            raise ReferenceUnknown(f"What is named as {field} has no task.", errors=[unknown_reference(field, field)])
    return selection


def _ever_had(kind: AnyKind, name: str) -> str:
    return f"""EXISTS (SELECT FROM {kind.name}_history h
        JOIN source_view v ON v.source = '{kind.source}' AND v.active_epoch = h.epoch WHERE {is_named(kind, name)})"""


def is_named(kind: AnyKind, name: str) -> str:
    """The condition for rows `h` of a kind that have the fact which a selection names: an index of it serves."""
    values, fact = facts_of(kind, name)
    return f"(h.{name} = ANY({values}) AND EXISTS (SELECT FROM {fact} WHERE f.fact = h.{name} AND {_IN_PROGRAMME}))"


def facts_of(kind: AnyKind, name: str) -> tuple[str, str]:
    """The values of a fact that is named, as an array, and as a table `f` of each with its programme."""
    values = f"CAST(:{name}s AS {kind.columns[name]}[])"
    return values, f"unnest({values}, CAST(:{name}s_of AS text[])) AS f(fact, programme)"


# A part of a group is meant in the programme that has it.
_IN_PROGRAMME = "(f.programme IS NULL OR f.programme = h.programme)"


async def _organisation(session: AsyncSession, reference: str) -> UUID:
    return known_body(await dimensions.find_organisation(session, reference_of(reference)))


def reference_of(text: str) -> dimensions.Reference:
    """What a caller wrote, as a reference."""
    code = code_form(text)
    try:
        return dimensions.Reference(code, UUID(code))
    except ValueError:
        return dimensions.Reference(code, None)


def known_body(found: UUID | None) -> UUID:
    """The organisation, if there is one; raises ReferenceUnknown."""
    if found is None:
        raise ReferenceUnknown(
            "What is named as organisation does not exist.",
            errors=[unknown_reference("organisation", "organisation")],
        )
    return found


async def programme_reach(session: AsyncSession, slug: str | None) -> Reach | None:
    """The reach of a programme; None where none is asked about. Raises ProgrammeNotFound."""
    if slug is None:
        return None
    known = await dimensions.list_programmes(session)
    if slug not in known:
        raise ProgrammeNotFound("See /api/tasks/v1/programmes for those that exist.")
    return known[slug]


def body_sql(named: dimensions.Reference | None) -> str:
    """The scope that is asked about as a table of one row: the one that is named, else `:scope`; none where unknown."""
    return "SELECT CAST(:scope AS uuid) AS scope" if named is None else dimensions.NAMED_BODY


def tree(kind: AnyKind) -> str:
    """Joins to rows `h` of a kind: those of the epoch that readers see, each with its organisation `o`."""
    return f"""
        JOIN source_view v ON v.source = '{kind.source}' AND v.active_epoch = h.epoch
        JOIN source_view t ON t.source = '{dimensions.SOURCE}'
        LEFT JOIN organisation_state o ON o.epoch = t.active_epoch AND o.organisation_id = h.organisation_id
    """


def selected(kind: AnyKind, selection: Selection) -> str:
    """The condition for rows `h` of a kind, with `tree`; a dimension that the kind does not have narrows nothing."""
    within = _WITHIN if selection.then is None else "h.organisation_id = ANY(CAST(:bodies AS uuid[]))"
    reach = meant(kind, "CAST(:scope AS uuid)", then=selection.own_then is not None)
    return f"{within} AND {of_dimensions(kind, selection)} AND {reach}"


def of_dimensions(kind: AnyKind, selection: Selection) -> str:
    """As `selected`, for every organisation; a fact is compared only where one is named, so that its index serves."""
    narrowed = [f"(CAST(:{name} AS text) IS NULL OR h.{name} = :{name})" for name in sorted(kind.dimensions)]
    narrowed += [is_named(kind, name) for name in selection.named_facts(kind)]
    return " AND ".join(narrowed) or "true"


_WITHIN = (
    "(CAST(:organisation AS uuid) IS NULL OR :organisation = ANY(coalesce(o.ancestors, ARRAY[h.organisation_id])))"
)
