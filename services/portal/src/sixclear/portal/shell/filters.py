"""Lists by filters of an address: a filter that its service refuses costs the page nothing but that filter."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from sixclear.portal.errors import InvalidAddress, PageNotFound, Refused
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.upstream.answer import Answer, Listing
from sixclear.portal.upstream.parts import Parts

Item = TypeVar("Item", bound=Answer)
Found = TypeVar("Found")
Filters = Mapping[str, str]

# Refusals that mean one filter without naming it: its value is of nothing that there is.
_MEANT: Mapping[str, str] = {
    "invalid-cursor": "cursor",
    "programme-not-found": "programme",
    # As `tasks` of the release before says it.
    "organisation-not-found": "organisation",
    "list-not-found": "list",
}


async def listed(
    parts: Parts, ask: Callable[[Filters], Awaitable[Listing[Item]]], asked: Asked
) -> tuple[Listing[Item] | None, Asked]:
    """The list by those filters that its service takes, None when the service is away, and which filters those are.

    What is refused without a filter being meant is InvalidAddress.
    """
    return await taken(lambda filters: parts.unless_away(ask(filters)), asked)


async def taken(ask: Callable[[Filters], Awaitable[Found]], asked: Asked) -> tuple[Found, Asked]:
    """What `ask` gives by those filters that are taken, and which those are; as `listed`, of any answers."""
    while True:
        try:
            return await ask(asked.values), asked
        except (PageNotFound, Refused) as refused:
            if refused.status in (401, 403):  # no filter is meant: who asks may not
                raise
            # Each round leaves out a filter at least, so there are at most as many rounds as filters.
            asked = asked.without(_meant(refused, asked))


def _meant(refused: PageNotFound | Refused, asked: Asked) -> set[str]:
    named = {problem.field for problem in refused.problems} | {_MEANT.get(refused.code, "")}
    found = {name for name, value in asked.values.items() if value and name in named}
    if not found:
        raise InvalidAddress from refused
    return found
