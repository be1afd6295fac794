"""The list of public copies with its filters, and what is like a text."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.errors import Refused
from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import Filters, listed
from sixclear.portal.shell.forms import LONGEST_LINE, Refusal, SentForm, text_problem
from sixclear.portal.shell.organisations import offered, with_chosen
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.public_feedback import AlikeCopies, CaseFields, ListedCopy
from sixclear.portal.upstream.tasks import Organisation
from sixclear.portal.upstream.transport import Query


@dataclass(frozen=True, slots=True)
class PublicationsView:
    """One page of the public copies by what was `asked`; those with an answer come first.

    `others` are those on the other side: without an answer, where the page shows those with one.
    """

    now: datetime
    asked: Asked
    fields: CaseFields
    organisations: Sequence[Organisation]
    page: Listing[ListedCopy] | None
    others: Listing[ListedCopy] | None
    away: Mapping[str, datetime | None]

    @property
    def answered(self) -> bool:
        """Whether the page shows those with an answer."""
        return _side(self.asked.values) == "true"


@dataclass(frozen=True, slots=True)
class FoundView:
    """What is like `text`; `found` is None where it could not be looked for."""

    now: datetime
    text: str
    fields: CaseFields
    found: AlikeCopies | None
    problems: Mapping[str, str]
    refusal: Refusal | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> PublicationsView:
    """The public copies that the filters of the address choose, as far as feedback takes them."""
    parts = Parts()

    async def ask(filters: Filters) -> Listing[ListedCopy]:
        side: Query = {"answered": _side(filters), "limit": settings.page_size}
        return await gateway.feedback.publications({**filters, **side})

    other_side: Query = {
        "answered": "true" if _side(asked.values) == "false" else "false",
        "cursor": "",
        "limit": 1,
    }
    (page, asked), others, fields, known = await asyncio.gather(
        listed(parts, ask, asked),
        parts.optional(gateway.feedback.publications({**asked.values, **other_side})),
        parts.optional(gateway.feedback.fields()),
        offered(gateway, parts),
    )
    organisations, asked = await with_chosen(gateway, parts, asked, known)
    return PublicationsView(now, asked, fields or CaseFields(), organisations, page, others, parts.away)


def _side(filters: Filters) -> str:
    """Which side is shown where the address does not say: an overdue one has no answer, unless it was opened again."""
    return filters["answered"] or ("false" if filters["overdue"] else "true")


async def search(gateway: Gateway, now: datetime, sent: SentForm) -> FoundView:
    """What is like the text of a form."""
    text = sent.fields.get("q", "")
    wrong = None if sent.refusal else text_problem(text, LONGEST_LINE)
    parts, found, problems = Parts(), None, {"q": wrong} if wrong else {}
    if sent.refusal:
        problems = {"form": sent.refusal.code}
    elif not wrong:
        try:
            found = await parts.unless_away(gateway.feedback.alike(text))
        except Refused:
            problems = {"q": "refused"}
    fields = await parts.optional(gateway.feedback.fields())
    return FoundView(now, text, fields or CaseFields(), found, problems, sent.refusal, parts.away)
