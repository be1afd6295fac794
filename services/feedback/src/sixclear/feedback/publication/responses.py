"""Public copies as responses."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.public_clock import service as public_clocks
from sixclear.feedback.public_clock.models import Clocks
from sixclear.feedback.public_clock.responses import clock_response, step_responses
from sixclear.feedback.publication.masks import mask
from sixclear.feedback.publication.models import Publication
from sixclear.feedback.publication.schemas import (
    FoundData,
    ListedPublication,
    PublicationDraft,
    PublicationSummary,
    PublicationView,
    StepWords,
)

_DERIVED = {"head_answer", "place", "organisation", "answered", "clock", "open_steps", "steps"}


async def names_of(ctx: Context, publications: Sequence[Publication]) -> Briefs:
    """The places and bodies of public copies by name."""
    named = [body for one in publications for body in (one.place_id, one.organisation_id)]
    return await organisations.briefs(ctx, named)


def summary(publication: Publication, names: Briefs) -> PublicationSummary:
    """A public copy as lists show it."""
    return PublicationSummary(**_columns(publication, PublicationSummary, names))


def listed_response(publication: Publication, names: Briefs, clocks: Clocks) -> ListedPublication:
    """A public copy as the list of them shows it."""
    told = {
        "clock": clock_response(clocks, publication.publication_id),
        "open_steps": clocks.open_steps.get(publication.publication_id, 0),
    }
    return ListedPublication.model_validate(_columns(publication, ListedPublication, names) | told)


async def publication_response(ctx: Context, publication: Publication) -> PublicationView:
    """A public copy with its words, its clock and its promised steps."""
    names, copy_id = await names_of(ctx, [publication]), publication.publication_id
    clocks, steps = await public_clocks.clocks_of(ctx, [copy_id]), await public_clocks.steps_of(ctx, copy_id)
    told = {
        "head_answer": {"head": publication.head, "points": publication.points} if publication.points else None,
        "clock": clock_response(clocks, copy_id),
        "steps": step_responses(steps, clocks.day),
    }
    return PublicationView.model_validate(_columns(publication, PublicationView, names) | told)


def _columns(publication: Publication, schema: type[PublicationSummary], names: Briefs) -> dict[str, Any]:
    columns = {name: getattr(publication, name) for name in schema.model_fields if name not in _DERIVED}
    return columns | {
        "place": brief(names, publication.place_id),
        "organisation": brief(names, publication.organisation_id),
        "answered": publication.answer is not None,
    }


async def draft_response(
    ctx: Context,
    said: Mapping[str, str | None],
    steps: Mapping[UUID, str],
    hindrance: str | None,
    released: Publication | None,
) -> PublicationDraft:
    """The words of a case with suggested masks; none where it may have no public copy."""
    standing = await publication_response(ctx, released) if released else None
    masked = {name: mask(text) if text else None for name, text in said.items()}
    found = [
        FoundData.model_validate({"where": name, "kind": kind, "times": times})
        for name, one in masked.items()
        if one
        for kind, times in one.found.items()
    ]
    texts = {name: one.text if one else None for name, one in masked.items()}
    allowed = {"may_be_released": hindrance is None, "hindrance": hindrance}
    promised = [StepWords(promise_id=promise_id, words=mask(words).text) for promise_id, words in steps.items()]
    return PublicationDraft.model_validate(
        {**texts, **allowed, "steps": promised, "found": found, "released": standing}
    )
