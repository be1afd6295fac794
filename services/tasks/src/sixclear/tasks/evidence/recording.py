"""The public state of evidence. It is published as its task is, unless it was attached while that was restricted."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.evidence.events import EvidenceData, EvidenceWithdrawn
from sixclear.tasks.evidence.models import EvidenceReview
from sixclear.tasks.task.lifecycle import is_published

_SAID = {"title": "title", "sha256": "sha256", "proves": "proves", "period": "period"} | {
    "document_id": "document_id",
    "attached_by_organisation_id": "organisation_id",
    "attached_at": "occurred_at",
}
_OWN = [name for name in EvidenceData.model_fields if name != "change" and name not in _SAID]


async def evidence_data(_ctx: Context, review: EvidenceReview, change: str) -> EvidenceData | EvidenceWithdrawn:
    """The public state of evidence after `change`; of a withdrawn piece only identifiers are left."""
    if change == "withdrawn":
        return EvidenceWithdrawn(change=change, evidence_id=review.evidence_id, task_id=review.task_id)
    said = {name: getattr(review.said, column) for name, column in _SAID.items()}
    return EvidenceData(change=change, **said, **{name: getattr(review, name) for name in _OWN})


EVIDENCE = EntityKind[EvidenceReview](
    "evidence",
    lambda review: review.evidence_id,
    evidence_data,
    lambda review, change: not review.hidden and is_published(review.classification, change),
)
