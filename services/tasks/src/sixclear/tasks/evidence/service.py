"""Evidence: told, accepted, refused. Its task is locked first, and its version never moves by any of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.recording import record, record_many
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.document.service import get_document
from sixclear.tasks.evidence import lifecycle
from sixclear.tasks.evidence import repository as rows
from sixclear.tasks.evidence.access import named_reviewer, require_redactor, require_reviewer
from sixclear.tasks.evidence.errors import EvidenceNotFound, EvidenceRedacted
from sixclear.tasks.evidence.lifecycle import EvidenceState
from sixclear.tasks.evidence.models import EvidenceReview
from sixclear.tasks.evidence.recording import EVIDENCE
from sixclear.tasks.evidence.responses import evidence_responses, to_check
from sixclear.tasks.evidence.schemas import (
    EvidenceAcceptance,
    EvidenceCounts,
    EvidenceRefusal,
    EvidenceToCheck,
    EvidenceView,
    Redaction,
)
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.file import service as files
from sixclear.tasks.file.models import File
from sixclear.tasks.file.service import Blackout
from sixclear.tasks.organisation.service import briefs
from sixclear.tasks.programme.service import ids_owned_by
from sixclear.tasks.task.access import reads_whole
from sixclear.tasks.task.errors import EvidenceWaiting, TaskNotFound
from sixclear.tasks.task.models import AnyTask, Evidence, Task, state_of
from sixclear.tasks.task.service.children import Children, dimensions
from sixclear.tasks.task.service.find import get_task, lock_records

# Whom the events of the past name.
_PAST = Caller("past")
# How many pieces say with the decision that their content was blacked out.
AT_ONCE = 200


async def tell(ctx: Context, task: AnyTask, said: Evidence, *, in_public: bool) -> EvidenceReview:
    """Publish a piece of evidence that was attached; the task is locked.

    What an earlier release attached to a task that was confirmed since counts as accepted by the confirmation.
    """
    return (await _tell_all(ctx, [(task, said, in_public)]))[0]


async def _tell_all(ctx: Context, pieces: Sequence[tuple[AnyTask, Evidence, bool]]) -> list[EvidenceReview]:
    """Publish pieces of evidence, all their rows with one statement and all their events with another."""
    reviews: list[EvidenceReview] = []
    told: list[tuple[EvidenceReview, Change, datetime]] = []
    for task, said, in_public in pieces:
        review = _untold(task, said, in_public=in_public)
        accepted = review.decided_at, review.decided_by_organisation_id
        waiting = {"state": "waiting", "decided_at": None, "decided_by_organisation_id": None}
        told.append((review, Change("added", waiting), said.occurred_at))
        if accepted[0] is not None:
            change = lifecycle.accept(EvidenceState("waiting"), accepted[0], accepted[1])
            told.append((review, change, accepted[0]))
        reviews.append(review)
    ctx.session.add_all(reviews)
    await record_many(ctx, told, EVIDENCE)
    return reviews


async def publish_past(database: Database, log: EventLog, clock: Clock, *, at_a_time: int = 500) -> int:
    """Publish the evidence that an earlier release attached, in chunks; answers how many pieces that were.

    `occurred_at` is that of the fact, `recorded_at` is now. Stopped, it goes on where it was; run twice, it finds
    nothing. No task changes.
    """
    told = 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _PAST, clock())
            tasks = await rows.list_past(session, at_a_time)
            reached = await _tell_past(ctx, tasks)
        if not tasks:
            return told
        log.wake()
        told += reached


async def _tell_past(ctx: Context, task_ids: Collection[UUID]) -> int:
    """Publish the evidence of these tasks of which no event was published yet; answers how many pieces that were."""
    if not task_ids:
        return 0
    tasks = await lock_records(ctx, task_ids)
    untold = await rows.list_untold(ctx.session, *tasks)
    if untold:
        await _tell_all(ctx, [(tasks[said.task_id], said, in_public) for said, in_public in untold])
    return len(untold)


async def list_responses(ctx: Context, task: Task, said: Sequence[Evidence]) -> list[EvidenceView]:
    """Evidence of one task as it is answered, in the order in which it is given."""
    known = await rows.find_reviews(ctx.session, [one.evidence_id for one in said])
    reviews = [known.get(one.evidence_id) or _untold(task, one, in_public=True) for one in said]
    return await evidence_responses(ctx.session, reviews)


async def states_of(ctx: Context, task: Task, evidence_ids: Collection[UUID]) -> dict[UUID, str]:
    """Whether each of these pieces of evidence of a task waits, was accepted or was refused."""
    known = await rows.find_reviews(ctx.session, evidence_ids)
    otherwise = "accepted" if task.status == "completed" else "waiting"
    return {one: known[one].state if one in known else otherwise for one in evidence_ids}


async def counts_of_periods(
    ctx: Context, task: Task, periods: Collection[str], *, everything: bool
) -> dict[str, EvidenceCounts]:
    """How much evidence of these periods of a task waits, was accepted and was refused, by the key of the period.

    With `everything` what was attached while the task was restricted counts too.
    """
    counts: dict[str, dict[str, int]] = {key: {} for key in periods}
    for key, state, count in await rows.count_of_periods(ctx.session, task.task_id, periods, hidden=everything):
        counts[key][state] = count
    return {key: EvidenceCounts(**of_period) for key, of_period in counts.items()}


async def shown(ctx: Context, review: EvidenceReview) -> EvidenceView:
    """A piece of evidence as it is answered."""
    return (await evidence_responses(ctx.session, [review]))[0]


async def get_evidence(ctx: Context, evidence_id: UUID) -> EvidenceReview:
    """A piece of evidence that the caller may see; raises EvidenceNotFound.

    What was attached while the task was restricted stays with the bodies concerned, for good.
    """
    said, in_public, task = await _found(ctx, evidence_id)
    return await rows.find_review(ctx.session, evidence_id) or _untold(task, said, in_public=in_public)


async def list_to_check(ctx: Context, after: tuple[datetime, UUID] | None, limit: int) -> list[EvidenceToCheck]:
    """Evidence that waits for the word of the caller's organisation, with its task, the longest first."""
    own = ctx.caller.own_organisation()
    owned = await ids_owned_by(ctx.session, own)
    found = await rows.list_to_check(ctx.session, own, owned, after, limit)
    views = await evidence_responses(ctx.session, [review for review, _ in found])
    return [to_check(review, task, view) for (review, task), view in zip(found, views, strict=True)]


async def list_products(
    ctx: Context, document_id: UUID, after: UUID | None, limit: int
) -> list[tuple[Task, EvidenceView]]:
    """The public evidence that names a document, with its task; raises LegalDocumentNotFound."""
    await get_document(ctx.session, document_id)
    found = await rows.list_naming_document(ctx.session, document_id, after=after, limit=limit)
    views = await evidence_responses(ctx.session, [review for review, _ in found])
    return [(task, view) for (_, task), view in zip(found, views, strict=True)]


async def count_naming_document(ctx: Context, document_id: UUID) -> int:
    """How many pieces of evidence name a document, restricted ones too."""
    return await rows.count_naming_document(ctx.session, document_id)


async def find_file(ctx: Context, evidence_id: UUID) -> File:
    """The file of a piece of evidence that the caller may read; raises EvidenceNotFound and EvidenceRedacted."""
    said, _, _ = await _found(ctx, evidence_id)
    review = await rows.find_review(ctx.session, evidence_id)
    if review is not None and review.redacted_at is not None:
        raise EvidenceRedacted(f"Blacked out on {civil_date(review.redacted_at)}: {review.redaction_reason}")
    if said.file_id is None:
        raise EvidenceNotFound
    file = await files.find_file(ctx.session, said.file_id)
    if (decided := files.blackout_of(file)) is not None:
        # By a decision on another piece with this content; this one says so soon.
        raise EvidenceRedacted(f"Blacked out on {civil_date(decided.occurred_at)}: {decided.reason}")
    return file


async def locked(ctx: Context, evidence_id: UUID, expect: Expect) -> tuple[EvidenceReview, Task]:
    """The piece of evidence and its task, both rows locked until the transaction ends, the task's first.

    Raises EvidenceNotFound, then what `expect` raises. What an earlier release attached is published first.
    """
    said, in_public, task = await _found(ctx, evidence_id, lock=True)
    review = await rows.find_review(ctx.session, evidence_id, lock=True)
    expect(review or _untold(task, said, in_public=in_public))
    return review or await tell(ctx, task, said, in_public=in_public), task


async def accept(ctx: Context, evidence_id: UUID, entry: EvidenceAcceptance, expect: Expect) -> EvidenceReview:
    """Take a piece of evidence as proof; a body may that confirms the task and does not do it. Again changes nothing.

    Raises ConfirmationByDoer, TransitionNotAllowed for one that was refused or whose task is over.
    """
    review, task = await locked(ctx, evidence_id, expect)
    organisation_id = require_reviewer(ctx, task, hidden=review.hidden)
    if review.state == "accepted":
        return review
    lifecycle.check_decidable(state_of(task))
    occurred_at = ctx.fact_time(entry.occurred_at, review.occurred_at)
    await record(ctx, review, lifecycle.accept(_state(review), occurred_at, organisation_id), occurred_at, EVIDENCE)
    return review


async def refuse(ctx: Context, evidence_id: UUID, entry: EvidenceRefusal, expect: Expect) -> EvidenceReview:
    """Refuse a piece of evidence, with the reason; as `accept`. The same reason again changes nothing."""
    review, task = await locked(ctx, evidence_id, expect)
    organisation_id = require_reviewer(ctx, task, hidden=review.hidden)
    if (review.state, review.reason) == ("refused", entry.reason):
        return review
    lifecycle.check_decidable(state_of(task))
    occurred_at = ctx.fact_time(entry.occurred_at, review.occurred_at)
    change = lifecycle.refuse(_state(review), occurred_at, organisation_id, entry.reason)
    await record(ctx, review, change, occurred_at, EVIDENCE, reason=entry.reason)
    return review


async def redact(ctx: Context, evidence_id: UUID, entry: Redaction, expect: Expect) -> EvidenceReview:
    """Black out the content of a piece of evidence, for good; of one that is blacked out nothing changes.

    So is every other piece, of any task, that names the same content of the same body: no one gets it from the commit
    on. The first ones say so with the decision, the others soon after (`redact_left`).
    """
    review, task = await locked(ctx, evidence_id, expect)
    organisation_id = require_redactor(ctx, task)
    if review.redacted_at is not None:
        return review
    decided = Blackout(entry.reason, organisation_id, ctx.fact_time(entry.occurred_at, review.occurred_at))
    same = [] if review.said.file_id is None else await files.redact(ctx, review.said.file_id, decided)
    others = await rows.lock_naming(ctx.session, same, AT_ONCE) if same else ()
    await _black_out(ctx, {one.evidence_id: one for one in (review, *others)}.values(), decided)
    return review


async def _black_out(ctx: Context, reviews: Iterable[EvidenceReview], decided: Blackout) -> None:
    """Black out locked pieces, with two statements for all."""
    changes = []
    for one in reviews:
        one.said.url = file_path(one.evidence_id)
        one.said.document_id = None
        at = max(decided.occurred_at, one.occurred_at)
        changes.append((one, lifecycle.redact(_state(one), at, decided.organisation_id, decided.reason), at))
    await record_many(ctx, changes, EVIDENCE, reason=decided.reason)


async def redact_left(database: Database, log: EventLog, clock: Clock, *, at_a_time: int = AT_ONCE) -> int:
    """Let what names content say that it was blacked out, in chunks; answers how many pieces said so.

    Safe to run twice, in several processes and after it was stopped. A piece that another transaction holds is taken
    the next time.
    """
    told = 0
    while True:
        async with database.transaction() as session:
            file = await files.find_untold(session)
            if file is None:
                return told
            past = await rows.list_past_naming(session, file.file_id, at_a_time)
            await _tell_past(Context(session, log, _PAST, clock()), past)
        async with database.transaction() as session:
            reached, is_left = await _redact_naming(session, log, clock(), file.file_id, at_a_time)
        log.wake()
        told += reached
        if is_left and not reached:
            return told


async def _redact_naming(
    session: AsyncSession, log: EventLog, now: datetime, file_id: UUID, limit: int
) -> tuple[int, bool]:
    """Black out pieces that name a file which was blacked out; answers how many, and whether some are left.

    After the last one it is noted.
    """
    file = await files.find_file(session, file_id)
    left: Sequence[EvidenceReview] = ()
    if (decided := files.blackout_of(file)) is not None:
        left = await rows.lock_naming(session, [file_id], limit)
        caller = Caller("redaction", decided.organisation_id)
        await _black_out(Context(session, log, caller, now), left, decided)
    is_left = decided is not None and await rows.is_left(session, file_id)
    file.pieces_told_at = None if is_left else now
    return len(left), is_left


def file_path(evidence_id: UUID) -> str:
    """Where the file of a piece of evidence is answered, or why it is not any more."""
    return f"{PREFIX}/evidence/{evidence_id}/file"


async def accept_waiting(ctx: Context, task: Task, occurred_at: datetime, organisation_id: UUID) -> None:
    """Accept what still waits of a task that is about to be confirmed by this body, with two statements for all.

    Raises EvidenceWaiting where the programme asks another body first, and ProofMissing for a system that is not
    proved.
    """
    untold = await rows.list_untold(ctx.session, task.task_id)
    if untold:
        await _tell_all(ctx, [(task, said, in_public) for said, in_public in untold])
    reviews = await rows.list_reviews(ctx.session, task.task_id)
    waiting = await _waiting(ctx, task, reviews)
    proofs = [review.said.proves for review in reviews if review.state != "refused"]
    lifecycle.check_proved(task.product_kind, proofs)
    await _accept_all(ctx, waiting, occurred_at, organisation_id)


async def accept_of_period(ctx: Context, task: Task, key: str, occurred_at: datetime, organisation_id: UUID) -> None:
    """Accept what still waits of a period that is about to be confirmed by this body; raises EvidenceWaiting."""
    waiting = await _waiting(ctx, task, await rows.list_reviews(ctx.session, task.task_id, key))
    await _accept_all(ctx, waiting, occurred_at, organisation_id)


async def _waiting(ctx: Context, task: Task, reviews: Sequence[EvidenceReview]) -> list[EvidenceReview]:
    """What waits among evidence of a task; raises EvidenceWaiting where the programme asks another body first."""
    waiting = [review for review in reviews if review.is_open]
    first = [review.evidence_id for review in waiting if not review.hidden]
    if first and (reviewer_id := named_reviewer(task)) is not None:
        reviewer = (await briefs(ctx.session, [reviewer_id]))[reviewer_id]
        raise EvidenceWaiting(first, reviewer.model_dump(mode="json"))
    return waiting


async def _accept_all(
    ctx: Context, waiting: Sequence[EvidenceReview], occurred_at: datetime, organisation_id: UUID
) -> None:
    # A period may be confirmed with an earlier time than that of its evidence.
    instants = [(review, max(occurred_at, review.occurred_at)) for review in waiting]
    accepted = [(review, lifecycle.accept(_state(review), at, organisation_id), at) for review, at in instants]
    await record_many(ctx, accepted, EVIDENCE)


CHILDREN = Children(EvidenceReview, EVIDENCE, confirmed=accept_waiting)


async def _found(ctx: Context, evidence_id: UUID, *, lock: bool = False) -> tuple[Evidence, bool, Task]:
    """A piece of evidence that the caller may see, whether it was attached in public, and its task."""
    found = await rows.find_evidence(ctx.session, evidence_id)
    if found is None:
        raise EvidenceNotFound
    said, in_public = found
    try:
        task = await get_task(ctx, said.task_id, lock=lock)
    except TaskNotFound:
        raise EvidenceNotFound from None
    if not in_public and not await reads_whole(ctx.session, ctx.caller, task):
        raise EvidenceNotFound
    return said, in_public, task


def _untold(task: AnyTask, said: Evidence, *, in_public: bool) -> EvidenceReview:
    """What became of evidence of which nothing is recorded: it waits, or was accepted when its task was confirmed."""
    confirmed = task.status == "completed"
    return EvidenceReview(
        evidence_id=said.evidence_id,
        said=said,
        state="accepted" if confirmed else "waiting",
        hidden=not in_public,
        decided_by_organisation_id=task.completed_by_organisation_id if confirmed else None,
        decided_at=task.completed_at if confirmed else None,
        version=0,
        **dimensions(task),
    )


def _state(review: EvidenceReview) -> EvidenceState:
    return EvidenceState(review.state, review.redacted_at is not None)
