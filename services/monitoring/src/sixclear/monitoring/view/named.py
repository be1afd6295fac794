"""Records of a fact that is named (a directive, a group of work), of which no counter knows: each one is looked up.

An index tells which entities ever had the fact, each by one look, and another one at which bodies the changes of an
entity were made. A group of work is meant with its parts, each looked up like it. Of each entity the version is read
that holds, of each body its latest change: rows by the entities of the fact, however many versions they have.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import OWN_BODY, AnyFlow, AnyKind
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.dimensions import SOURCE
from sixclear.monitoring.view.kind_tables import has_a_fact
from sixclear.monitoring.view.reach import meant
from sixclear.monitoring.view.selection import Selection, facts_of, is_named, of_dimensions, tree


def with_named(kinds: Iterable[AnyKind], selection: Selection) -> str:
    """What a statement has after WITH RECURSIVE that reads `held`, `states`, `made` or `latest_made`."""
    found = ""
    for kind in kinds:
        if selection.named_facts(kind):
            found += f"{_named(kind, selection)}, " + "".join(f"{_bodies(kind, flow)}, " for flow in kind.flows)
    return found


async def with_reach(session: AsyncSession, kind: AnyKind, selection: Selection) -> Selection:
    """Own work is meant where a fact is named alone that no national record of the kind ever had.

    Else nothing would be meant, also as of an instant at which records had it that have it no more.
    """
    if not selection.names_facts or selection.reach or selection.programme or selection.organisation_id:
        return selection
    national: bool | None = await session.scalar(
        sql(
            """
            WITH RECURSIVE {named} programmes AS (SELECT DISTINCT h.programme FROM {states})
            SELECT bool_or({national}) FROM programmes h
            JOIN source_view v ON v.source = '{source}'
            LEFT JOIN programme_state p ON p.epoch = v.active_epoch AND p.slug = h.programme
            """,
            named=with_named([kind], selection),
            states=states(kind, selection),
            source=SOURCE,
            national="coalesce(p.reach, 'national') = 'national'"
            if selection.own_then is None
            else "coalesce(h.programme, '') <> ALL(CAST(:own_slugs AS text[]))",
        ),
        selection.values,
    )
    return replace(selection, reach="own") if national is False else selection


def _active(kind: AnyKind) -> str:
    return f"(SELECT active_epoch FROM source_view WHERE source = '{kind.source}')"  # noqa: S608


def _fact(kind: AnyKind, selection: Selection) -> str:
    """The first of the facts that are named: by it the entities are looked up."""
    return next(iter(selection.named_facts(kind)))


def _named(kind: AnyKind, selection: Selection) -> str:
    """The entities that ever had a value of the fact, each with it; the last row of each value has no entity."""
    name = _fact(kind, selection)
    had = f"h.epoch = {_active(kind)} AND h.{name}"
    first = f"SELECT h.{kind.name}_id FROM {kind.name}_history h WHERE {had}"  # noqa: S608
    order = f"ORDER BY h.{kind.name}_id LIMIT 1"
    return f"""
        {kind.name}_named AS (
            SELECT f.fact, f.programme, ({first} = f.fact {order}) AS id FROM {facts_of(kind, name)[1]}
            UNION ALL SELECT n.fact, n.programme, ({first} = n.fact AND h.{kind.name}_id > n.id {order})
            FROM {kind.name}_named n WHERE n.id IS NOT NULL
        )
    """  # noqa: S608 (constants of this package)


# A part of a group is meant in the programme that has it.
_IN_PROGRAMME = "(n.programme IS NULL OR h.programme = n.programme)"


def narrowed(kind: AnyKind, selection: Selection) -> str:
    """The condition for `states` that have the facts that are named now; each is there once for each value it had."""
    if not (facts := selection.named_facts(kind)):
        return "true"
    return " AND ".join([f"h.{_fact(kind, selection)} = n.fact", *(is_named(kind, name) for name in facts)])


def _of(kind: AnyKind, flow: AnyFlow) -> str:
    """The changes of a flow to entities that had a fact then, as the index has them."""
    where = f"h.epoch = {_active(kind)} AND h.change = '{flow.change}' AND {has_a_fact(kind, 'h.')}"
    return f"{kind.name}_history h WHERE {where}"


def _bodies(kind: AnyKind, flow: AnyFlow) -> str:
    """The bodies at which changes of a flow were made to each of these entities."""
    first = f"SELECT {OWN_BODY} AS body FROM {_of(kind, flow)}"  # noqa: S608 (constants of this package)
    order = f"ORDER BY h.{kind.name}_id, {OWN_BODY} LIMIT 1"
    return f"""
        {_place(kind, flow)} AS (
            SELECT n.id, x.body FROM (SELECT DISTINCT id FROM {kind.name}_named) AS n
            CROSS JOIN LATERAL ({first} AND h.{kind.name}_id = n.id {order}) AS x
            UNION ALL SELECT e.id, x.body FROM {_place(kind, flow)} e
            CROSS JOIN LATERAL ({first} AND h.{kind.name}_id = e.id AND {OWN_BODY} > e.body {order}) AS x
        )
    """  # noqa: S608 (constants of this package)


def _place(kind: AnyKind, flow: AnyFlow) -> str:
    return f"{kind.name}_{flow.measure}_body"


def held(kind: AnyKind, selection: Selection) -> str:
    """The versions `h` of a kind among which those are that hold at `:at`."""
    if not selection.named_facts(kind):
        return f"{kind.name}_history h"
    return f"""
        {kind.name}_named n CROSS JOIN LATERAL (
            SELECT h.* FROM {kind.name}_history h
            WHERE h.epoch = {_active(kind)} AND h.{_fact(kind, selection)} = n.fact AND h.{kind.name}_id = n.id
                AND {_IN_PROGRAMME} AND h.valid_from <= :at AND h.valid_to IS DISTINCT FROM h.valid_from
            ORDER BY h.valid_from DESC LIMIT 1
        ) AS h
    """  # noqa: S608 (constants of this package)


def states(kind: AnyKind, selection: Selection) -> str:
    """The states `h` of a kind among which those are that are meant now.

    `epoch + 0`, for a server without statistics would also take an index that begins with the epoch, which all share.
    """
    if not selection.named_facts(kind):
        return f"{kind.name}_state h"
    return f"""
        {kind.name}_named n CROSS JOIN LATERAL (
            SELECT h.* FROM {kind.name}_state h
            WHERE h.epoch + 0 = {_active(kind)} AND h.{kind.name}_id = n.id AND {_IN_PROGRAMME} OFFSET 0
        ) AS h
    """  # noqa: S608 (constants of this package)


def made(kind: AnyKind, flow: AnyFlow, selection: Selection) -> str:
    """The versions `h` of a kind among which the changes of a flow from `:day_start` to `:at` are."""
    if not selection.named_facts(kind):
        return f"{kind.name}_history h"
    return f"""
        {_place(kind, flow)} e CROSS JOIN LATERAL (
            SELECT h.* FROM {_at_place(kind, flow)} AND h.occurred_at BETWEEN :day_start AND :at OFFSET 0
        ) AS h
    """  # noqa: S608 (constants of this package)


def _at_place(kind: AnyKind, flow: AnyFlow) -> str:
    return f"{_of(kind, flow)} AND h.{kind.name}_id = e.id AND {OWN_BODY} = e.body"


def latest_made(kind: AnyKind, flow: AnyFlow, selection: Selection, scope: str, within: str) -> str:
    """When the latest change of a flow up to `:at` was made; `within` is the condition for its body, `o` or that of
    `h`."""
    reach = meant(kind, scope, then=selection.own_then is not None)
    meant_there = f"h.occurred_at <= :at AND {of_dimensions(kind, selection)} AND {reach}"
    if not selection.named_facts(kind):
        return f"""
            SELECT max(h.occurred_at) FROM {kind.name}_history h {tree(kind)}
            WHERE h.change = '{flow.change}' AND {meant_there} AND {within}
        """  # noqa: S608 (constants of this package)
    return f"""
        SELECT max(x.at) FROM {_place(kind, flow)} e
        CROSS JOIN LATERAL (SELECT {_active(kind)} AS epoch, nullif(e.body, CAST(:country AS uuid)) AS organisation_id)
            AS h {tree(kind)}
        CROSS JOIN LATERAL (
            SELECT h.occurred_at AS at FROM {_at_place(kind, flow)} AND {meant_there}
            ORDER BY h.occurred_at DESC LIMIT 1
        ) AS x WHERE {within}
    """  # noqa: S608 (constants of this package)
