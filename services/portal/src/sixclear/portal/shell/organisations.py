"""The organisations that a filter of a page offers, and the one that an address names."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from sixclear.common.text import code_form
from sixclear.portal.errors import PageNotFound, Refused
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Organisation

# A visitor writes these, and they become a part of a path.
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,80}")
# `.` and `..` would lead to another address.
_CODE = re.compile(r"(?!\.+$)[A-Z0-9._-]{1,80}")
_LONGEST_CODE = 100


async def offered(gateway: Gateway, parts: Parts) -> Sequence[Organisation]:
    """The organisations of the two upper levels."""
    levels = ("central", "province")
    asked = (parts.optional(gateway.tasks.organisations({"level": level, "limit": 100})) for level in levels)
    return [unit for found in await asyncio.gather(*asked) if found for unit in found.items]


async def with_chosen(
    gateway: Gateway, parts: Parts, asked: Asked, known: Sequence[Organisation]
) -> tuple[Sequence[Organisation], Asked]:
    """`known` with the organisation that the filter means; the address names that by its identifier, not by a code."""
    chosen = await _chosen(gateway, parts, asked.values["organisation"], known)
    if chosen is None:
        return known, asked
    named = replace(asked, values={**asked.values, "organisation": str(chosen.organisation_id)})
    return [*(unit for unit in known if unit.organisation_id != chosen.organisation_id), chosen], named


async def addressed(gateway: Gateway, parts: Parts, asked: Asked) -> tuple[Organisation | None, Asked]:
    """The body that the parameter `body` names by a code or its identifier; one that there is not is wrong.

    None with the parameter kept means that its name could not be had.
    """
    reference = code_form(asked.values["body"][:_LONGEST_CODE])
    if not reference:
        return None, asked
    if not _CODE.fullmatch(reference):
        return None, asked.without({"body"})
    try:
        return await parts.unless_away(gateway.tasks.organisation(reference)), asked
    except (PageNotFound, Refused):
        return None, asked.without({"body"})


async def _chosen(gateway: Gateway, parts: Parts, reference: str, known: Sequence[Organisation]) -> Organisation | None:
    """The organisation that a filter means when it is none of `known`: a commune, or one that is named by its code."""
    if any(str(unit.organisation_id) == reference for unit in known) or not _REFERENCE.fullmatch(reference):
        return None
    return await parts.optional(gateway.tasks.organisation(reference))
