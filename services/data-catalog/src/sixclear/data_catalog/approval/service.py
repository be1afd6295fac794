"""What a draft, an approval and a withdrawal set in the rows; who may take the step, the folder of the entity says."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sixclear.common.entity import next_version
from sixclear.common.use_case import Context
from sixclear.common.web.etags import StaleVersion
from sixclear.data_catalog.approval import lifecycle
from sixclear.data_catalog.approval.lifecycle import Hand
from sixclear.data_catalog.approval.models import Kept, KeptVersion, hands_of, standing_of
from sixclear.data_catalog.approval.schemas import ApproveStep


def says_so_already(kept: Kept, draft: KeptVersion | None, content: Mapping[str, Any]) -> bool:
    """Whether the newest wording is this very one: the draft's, or without one the approved one's.

    What an approval adds to a wording is passed over.
    """
    known = (kept.content if draft is None else draft.content) or {}
    return all(name in known and known[name] == value for name, value in content.items())


def write_draft(ctx: Context, kept: Kept, draft: KeptVersion, content: dict[str, Any]) -> None:
    """Write a draft, new or again, into its row. It is not published, so that no event tells of it."""
    draft.number = lifecycle.number_of_draft(standing_of(kept))
    draft.status, draft.content, draft.drafted_at = "draft", content, ctx.now
    hand = asdict(Hand(ctx.caller.client_id, ctx.caller.person))
    before = draft.hands or []
    draft.hands = before if hand in before else [*before, hand]
    kept.draft_number = kept.last_number = draft.number
    next_version(kept, ctx.now, ctx.now, published=False)


def approve(ctx: Context, what: str, kept: Kept, draft: KeptVersion | None, step: ApproveStep) -> tuple[str, datetime]:
    """The change that the approval of the draft is, and when it became true.

    Raises TransitionNotAllowed without a draft, StaleVersion for one that was written again since it was read,
    ApprovalByAuthor, and what `fact_time` raises.
    """
    lifecycle.require_draft(what, standing_of(kept))
    if step.version != kept.version:
        raise StaleVersion("The draft was written again since. Read it, then decide.")
    hands = () if draft is None else hands_of(draft)
    change = lifecycle.approve(what, standing_of(kept), hands, ctx.caller)
    return change, ctx.fact_time(step.occurred_at, kept.decided_at)


def set_approved(ctx: Context, draft: KeptVersion, before: KeptVersion | None, at: datetime) -> dict[str, Any]:
    """Set the draft approved, and the version before it superseded; what the entity's row gets."""
    own = ctx.caller.organisation_id
    draft.status, draft.approved_at, draft.approved_by_organisation_id = "approved", at, own
    draft.approved_by = ctx.caller.person or ctx.caller.client_id
    if before is not None:
        before.status, before.ended_at = "superseded", at
    return {
        "status": "approved",
        "approved_number": draft.number,
        "draft_number": None,
        "content": draft.content,
        "approved_at": at,
        "approved_by_organisation_id": own,
        "decided_at": at,
    }


def set_withdrawn(version: KeptVersion, reason: str, at: datetime) -> dict[str, Any]:
    """Set the approved version withdrawn; what the entity's row gets. A draft that is there stays."""
    version.status, version.ended_at, version.end_reason = "withdrawn", at, reason
    return {
        "status": "withdrawn",
        "approved_number": None,
        "content": None,
        "approved_at": None,
        "approved_by_organisation_id": None,
        "decided_at": at,
        "search_text": "",
    }


def require_approved(what: str, kept: Kept) -> int:
    """The number of the approved version; raises TransitionNotAllowed where there is none."""
    return lifecycle.require_approved(what, standing_of(kept))
