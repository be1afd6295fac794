"""Lists of the page of a task: the newest of each, and a way to the rest that works without a script."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sixclear.portal.errors import PageNotFound, Refused
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.upstream.answer import Answer, Listing
from sixclear.portal.upstream.parts import Parts

Item = TypeVar("Item", bound=Answer)
# The parameters of the page's address: each is the cursor of the list of its name.
NAMES = ("reports", "evidence", "decisions", "comments", "history")


@dataclass(frozen=True, slots=True)
class Shown(Generic[Item]):
    """A page of a list, the newest first. `older` is the cursor of the next one, `total` None where it is not told.

    `is_first` says that nothing newer is left out.
    """

    items: Sequence[Item]
    older: str | None
    total: int | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class Read(Generic[Item]):
    """A list as it was read: its newest page and the one that is shown, None where it could not be had.

    `is_wrong`: the address names no page of it, so the newest one is shown.
    """

    newest: Listing[Item] | None
    shown: Listing[Item] | None
    is_wrong: bool = False

    def page(self, total: int | None = None) -> Shown[Item] | None:
        """What the page shows of it; `total` where another answer tells it."""
        if self.shown is None:
            return None
        known = total if self.shown.total is None else self.shown.total
        return Shown(self.shown.items, self.shown.next, known, self.shown is self.newest)


async def read(
    parts: Parts, asked: Asked, name: str, ask: Callable[[str], Awaitable[Listing[Item]]], *, whole: bool = False
) -> Read[Item]:
    """The page of a list that the address names; with `whole` its newest one as well, else only where that is shown.

    `ask` gives a page by its cursor, the first one without.
    """
    cursor = asked.values[name]
    older, is_wrong = None, False
    if cursor:
        try:
            older = await parts.unless_away(ask(cursor))
        except (PageNotFound, Refused):
            is_wrong = True
    shows_newest = not cursor or is_wrong
    newest = await parts.optional(ask("")) if shows_newest or whole else None
    return Read(newest, newest if shows_newest else older, is_wrong)
