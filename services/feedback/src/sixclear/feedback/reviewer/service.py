"""The register of experts: who is known, of which body, for which fields."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.reviewer import repository
from sixclear.feedback.reviewer.errors import ReviewerNotFound, ReviewerRegistered
from sixclear.feedback.reviewer.models import Reviewer
from sixclear.feedback.reviewer.schemas import ReviewerDescription, ReviewerEntry
from sixclear.feedback.submission.access import require_hub


async def register(ctx: Context, hub: UUID, entry: ReviewerEntry) -> tuple[Reviewer, bool]:
    """Register an expert; False when the register says the very same already.

    Raises ReviewerRegistered when it says something else of this person or position.
    """
    require_hub(ctx, hub, "register reviewers")
    said = await _columns(ctx, entry)
    held = f"position:{said['organisation_id'] or ''}:{entry.position}"
    key = held if entry.person is None else f"person:{entry.person}"
    reviewer_id = stable_id("reviewer", key)
    known = await repository.find_reviewer(ctx.session, reviewer_id, lock=True)
    if known is not None:
        if any(getattr(known, name) != value for name, value in said.items()):
            raise ReviewerRegistered(f"The register says something else of this person: {reviewer_id}.")
        return known, False
    reviewer = Reviewer(
        reviewer_id=reviewer_id,
        person_key=key,
        version=1,
        registered_by=ctx.caller.client_id,
        registered_at=ctx.now,
        changed_at=ctx.now,
        **said,
    )
    ctx.session.add(reviewer)
    await ctx.session.flush()
    return reviewer, True


async def change(
    ctx: Context, hub: UUID, reviewer_id: UUID, description: ReviewerDescription, expect: Expect
) -> Reviewer:
    """Say again what the register says of an expert. Raises ReviewerNotFound."""
    require_hub(ctx, hub, "keep the register of reviewers")
    reviewer = await locked(ctx, reviewer_id)
    expect(reviewer)
    said = await _columns(ctx, description)
    if any(getattr(reviewer, name) != value for name, value in said.items()):
        if reviewer.email_domain != said["email_domain"]:
            reviewer.domain_since = ctx.now
        for name, value in said.items():
            setattr(reviewer, name, value)
        reviewer.version += 1
        reviewer.changed_at = ctx.now
    return reviewer


async def locked(ctx: Context, reviewer_id: UUID) -> Reviewer:
    """The expert, the row locked until the transaction ends; raises ReviewerNotFound."""
    reviewer = await repository.find_reviewer(ctx.session, reviewer_id, lock=True)
    if reviewer is None:
        raise ReviewerNotFound("The register has no expert with this identifier.")
    return reviewer


async def get(ctx: Context, hub: UUID, reviewer_id: UUID) -> Reviewer:
    """One expert, for the hub; raises ReviewerNotFound."""
    require_hub(ctx, hub, "read the register of reviewers")
    reviewer = await repository.find_reviewer(ctx.session, reviewer_id)
    if reviewer is None:
        raise ReviewerNotFound("The register has no expert with this identifier.")
    return reviewer


async def list_reviewers(
    ctx: Context, hub: UUID, field: str | None, after: UUID | None, limit: int
) -> Sequence[Reviewer]:
    """Experts by identifier, for the hub."""
    require_hub(ctx, hub, "read the register of reviewers")
    return await repository.list_reviewers(ctx.session, field, after, limit)


async def count_reviewers(ctx: Context, field: str | None) -> int:
    """How many experts that list has."""
    return await repository.count_reviewers(ctx.session, field)


async def named(ctx: Context, reviewer_ids: Collection[UUID]) -> Mapping[UUID, Reviewer]:
    """These experts, by identifier."""
    return await repository.named(ctx.session, reviewer_ids) if reviewer_ids else {}


async def _columns(ctx: Context, said: ReviewerDescription) -> dict[str, Any]:
    """The columns of an entry; raises ReferenceUnknown for a body that does not exist."""
    wanted: dict[str, str | None] = {"#/organisation_id": said.organisation_id}
    past = {f"#/affiliations/{place}/organisation_id": one for place, one in enumerate(said.affiliations)}
    found = await organisations.referenced(
        ctx, wanted | {pointer: one.organisation_id for pointer, one in past.items()}
    )
    return {
        "name": said.name,
        "organisation_id": found.get("#/organisation_id"),
        "email_domain": said.email_domain,
        "fields": sorted(set(said.fields)),
        "affiliations": [
            {"organisation_id": str(found[pointer]), "until": one.until.isoformat()} for pointer, one in past.items()
        ],
        "capacity": said.capacity,
    }
