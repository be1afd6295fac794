"""Public copies as responses."""

from collections.abc import Mapping, Sequence
from typing import Any

from sixclear.common.use_case import Context
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.publication.masks import mask
from sixclear.feedback.publication.models import Publication
from sixclear.feedback.publication.schemas import FoundData, PublicationDraft, PublicationSummary, PublicationView

_DERIVED = {"head_answer", "place", "organisation", "answered"}


async def names_of(ctx: Context, publications: Sequence[Publication]) -> Briefs:
    """The places and bodies of public copies by name."""
    named = [body for one in publications for body in (one.place_id, one.organisation_id)]
    return await organisations.briefs(ctx, named)


def summary(publication: Publication, names: Briefs) -> PublicationSummary:
    """A public copy as lists show it."""
    return PublicationSummary(**_columns(publication, PublicationSummary, names))


def publication_response(publication: Publication, names: Briefs) -> PublicationView:
    """A public copy with its words."""
    head = {"head": publication.head, "points": publication.points} if publication.points else None
    return PublicationView.model_validate(_columns(publication, PublicationView, names) | {"head_answer": head})


def _columns(publication: Publication, schema: type[PublicationSummary], names: Briefs) -> dict[str, Any]:
    columns = {name: getattr(publication, name) for name in schema.model_fields if name not in _DERIVED}
    return columns | {
        "place": brief(names, publication.place_id),
        "organisation": brief(names, publication.organisation_id),
        "answered": publication.answer is not None,
    }


async def draft_response(
    ctx: Context, said: Mapping[str, str | None], hindrance: str | None, released: Publication | None
) -> PublicationDraft:
    """The words of a case with suggested masks; none where it may have no public copy."""
    standing = publication_response(released, await names_of(ctx, [released])) if released else None
    masked = {name: mask(text) if text else None for name, text in said.items()}
    found = [
        FoundData.model_validate({"where": name, "kind": kind, "times": times})
        for name, one in masked.items()
        if one
        for kind, times in one.found.items()
    ]
    texts = {name: one.text if one else None for name, one in masked.items()}
    allowed = {"may_be_released": hindrance is None, "hindrance": hindrance}
    return PublicationDraft.model_validate({**texts, **allowed, "found": found, "released": standing})
