"""Endorsements as responses."""

from datetime import date

from sixclear.feedback.endorsement.models import Support
from sixclear.feedback.endorsement.schemas import EndorsementFigures, OwedAnswer
from sixclear.feedback.organisation.service import Briefs
from sixclear.feedback.publication.models import Publication
from sixclear.feedback.publication.responses import summary


def figures_response(
    publication: Publication, support: Support | None, threshold: int, owed_on: date | None
) -> EndorsementFigures:
    """How many endorse a public copy; nobody yet is 0, for every endorsement is counted."""
    return EndorsementFigures(
        publication_id=publication.publication_id,
        verified=support.verified if support else 0,
        unverified=support.unverified if support else 0,
        threshold=threshold,
        owed_on=owed_on,
        head_answered_on=publication.head_answered_on,
    )


def owed_response(publication: Publication, support: Support | None, owed_on: date, names: Briefs) -> OwedAnswer:
    """A public copy that waits for the head's answer."""
    verified, unverified = (support.verified, support.unverified) if support else (0, 0)
    counted = {"verified": verified, "unverified": unverified, "owed_on": owed_on}
    return OwedAnswer.model_validate(summary(publication, names).model_dump() | counted)
