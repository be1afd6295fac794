"""Who reviews one idea, who could, and the steps that the hub takes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.errors import PageNotFound, Refused
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.forms import form_key_of, new_form_key
from sixclear.portal.upstream.assigning import AssignedReview, Candidate
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.public_feedback import CaseFields

# Refusals that the page has words for; which conflict it is, is not told.
_TOLD = (
    *("reviewer-conflict", "reviewer-full", "reviewers-enough", "kind-not-reviewed", "transition-not-allowed"),
    *("case-erased", "reviewer-not-found", "review-not-found"),
)
_NOT_SIGNED_IN = (401, 403)


@dataclass(frozen=True, slots=True)
class ReviewersView:
    """The reviews of a case, and experts of the field that was `asked`: None where none was, or where it is not known
    who is tied to the case.
    """

    submission_id: UUID
    asked: Asked
    reviews: Sequence[AssignedReview]
    fields: CaseFields
    candidates: Sequence[Candidate] | None
    problems: Mapping[str, str]
    form_key: str
    away: Mapping[str, datetime | None]

    def field_name(self, code: str, language: str) -> str:
        """The name of a field; its code where the list has it no longer."""
        known = self.fields.find(code)
        return code if known is None else known.name_vi if language == "vi" else known.name_en


async def load(
    gateway: Gateway, submission_id: UUID, asked: Asked, problems: Mapping[str, str] | None = None
) -> ReviewersView:
    """Who reviews the case now; experts are looked for only where a field is asked for."""
    parts = Parts()
    reviews, fields, (found, asked, refused) = await asyncio.gather(
        gateway.assigning.reviews(submission_id),
        parts.optional(gateway.feedback.fields()),
        _candidates(gateway, parts, submission_id, asked),
    )
    return ReviewersView(
        submission_id=submission_id,
        asked=asked,
        reviews=reviews.reviews,
        fields=fields or CaseFields(),
        candidates=found,
        problems=problems or refused,
        form_key=new_form_key(),
        away=parts.away,
    )


async def _candidates(
    gateway: Gateway, parts: Parts, submission_id: UUID, asked: Asked
) -> tuple[Sequence[Candidate] | None, Asked, Mapping[str, str]]:
    """Experts of the field that is asked for, what is left of the address, and why there can be none."""
    if not asked.values["field"]:
        return None, asked, {}
    try:
        return await parts.unless_away(gateway.assigning.candidates(submission_id, asked.values["field"])), asked, {}
    except Refused as refused:
        if refused.status == 409:
            return None, asked, {"form": _told(refused.code)}
        if refused.status != 422:
            raise
        return None, asked.without({"field"}), {}


async def take(gateway: Gateway, submission_id: UUID, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Ask an expert, or take a review back; why that was not done, if it was not.

    Raises ServiceAway, and Refused for who is not signed in or is not of the hub.
    """
    key = form_key_of(fields)
    try:
        if "assign" in fields:
            await gateway.assigning.assign(submission_id, UUID(fields["assign"]), key)
        elif "withdraw" in fields:
            await gateway.assigning.take_back(submission_id, UUID(fields["withdraw"]), key)
    except ValueError:
        return {"form": "refused"}
    except (PageNotFound, Refused) as refused:
        if refused.status in _NOT_SIGNED_IN:
            raise
        return {"form": _told(refused.code)}
    return {}


def _told(code: str) -> str:
    return code if code in _TOLD else "refused"
