"""Evidence as the API answers it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.evidence.models import EvidenceReview
from sixclear.tasks.evidence.schemas import EvidenceToCheck, EvidenceView, ProductView
from sixclear.tasks.organisation.service import Briefs, briefs, named
from sixclear.tasks.task.models import Task

_REVIEW = {"state", "reason", "decided_at", "redacted_at", "redaction_reason", "version"}
_SAID = set(EvidenceView.model_fields) - _REVIEW - {"organisation", "decided_by"}


async def evidence_responses(session: AsyncSession, reviews: Sequence[EvidenceReview]) -> list[EvidenceView]:
    """Evidence with the names of the bodies that attached it and decided on it."""
    names = await briefs(session, _bodies(reviews))
    return [EvidenceView(**_told(review, names)) for review in reviews]


def to_check(review: EvidenceReview, task: Task, view: EvidenceView) -> EvidenceToCheck:
    """A piece of evidence that waits, as it is answered, with its task."""
    return EvidenceToCheck(
        task_id=task.task_id,
        code=task.code,
        task_title=task.title,
        programme=task.programme.slug,
        waiting_since=review.occurred_at,
        evidence=view,
    )


def product(task: Task, view: EvidenceView) -> ProductView:
    """A task with the evidence that names a document."""
    return ProductView(
        task_id=task.task_id, code=task.code, task_title=task.title, programme=task.programme.slug, evidence=view
    )


def _bodies(reviews: Collection[EvidenceReview]) -> set[UUID | None]:
    return {review.said.organisation_id for review in reviews} | {one.decided_by_organisation_id for one in reviews}


def _told(review: EvidenceReview, names: Briefs) -> Mapping[str, Any]:
    said = {name: getattr(review.said, name) for name in _SAID}
    return (
        said
        | {name: getattr(review, name) for name in _REVIEW}
        | {
            "organisation": named(names, review.said.organisation_id),
            "decided_by": named(names, review.decided_by_organisation_id),
        }
    )
