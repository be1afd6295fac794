"""Lists by filters of an address: a filter that its service refuses costs the page nothing but that filter."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from sixclear.portal.errors import InvalidAddress, Refused
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.upstream.answer import Answer, Listing
from sixclear.portal.upstream.parts import Parts

Item = TypeVar("Item", bound=Answer)
Filters = Mapping[str, str]


async def listed(
    parts: Parts, ask: Callable[[Filters], Awaitable[Listing[Item]]], asked: Asked
) -> tuple[Listing[Item] | None, Asked]:
    """The list by those filters that its service takes, None when the service is away, and which filters those are.

    What is refused without a filter being named is InvalidAddress.
    """
    try:
        return await parts.unless_away(ask(asked.values)), asked
    except Refused as refused:
        rest = asked.without(_named(refused, asked))
    try:
        return await parts.unless_away(ask(rest.values)), rest
    except Refused as error:
        raise InvalidAddress from error


def _named(refused: Refused, asked: Asked) -> set[str]:
    if refused.code == "invalid-cursor":
        return {"cursor"}
    named = {problem.field for problem in refused.problems}
    found = {name for name, value in asked.values.items() if value and name in named}
    if not found:
        raise InvalidAddress from refused
    return found
