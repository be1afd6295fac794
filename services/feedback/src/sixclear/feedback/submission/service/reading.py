"""What handlers read: lists, one submission, and what is protected, which is logged before it is shown."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.entity import HasVersion
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission import repository
from sixclear.feedback.submission.access import (
    decides_on_appeal,
    is_reviewed_by,
    persons_of,
    require_handler,
    require_reader,
)
from sixclear.feedback.submission.errors import SubmissionNotFound
from sixclear.feedback.submission.metrics import CONTACTS_READ
from sixclear.feedback.submission.models import Access, Submission
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.repository import Narrowing
from sixclear.feedback.submission.schemas import ContactView
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.texts import open_contact
from sixclear.feedback.transparency import service as transparency
from sixclear.feedback.typed import domain_of

_MOST_ACCESSES = 100


def _any_version(_: HasVersion | None) -> None:
    """Expects nothing of the version."""


async def get_submission(ctx: Context, hub: UUID, submission_id: UUID) -> Submission:
    """The submission, if the caller is of the hub or of the body that it is assigned to; raises SubmissionNotFound."""
    return require_handler(ctx, hub, await repository.find_submission(ctx.session, submission_id))


async def read_case(ctx: Context, hub: UUID, submission_id: UUID) -> Submission:
    """As `get_submission`, also for the body that it is offered to."""
    return require_reader(ctx, hub, await repository.find_submission(ctx.session, submission_id))


async def lock_any(ctx: Context, submission_id: UUID) -> Submission | None:
    """The submission, its row locked; who may act on it is asked by the caller. None where there is none."""
    return await repository.find_submission(ctx.session, submission_id, lock=True)


async def lock_free(ctx: Context, submission_ids: Collection[UUID]) -> Collection[UUID]:
    """Those of these submissions whose rows no other transaction holds, locked; who may act is asked by the caller.

    It waits for none, so rows that are held already can never end in a deadlock.
    """
    return await repository.lock_all(ctx.session, submission_ids, skip_locked=True)


async def readable_among(ctx: Context, hub: UUID, submission_ids: Collection[UUID]) -> dict[UUID, Submission]:
    """Those of these submissions that the caller's organisation handles or is offered, by identifier."""
    own = ctx.caller.own_organisation()
    found = await repository.find_many(ctx.session, submission_ids)
    readers = {row.submission_id: (hub, row.organisation_id, row.offered_organisation_id) for row in found}
    seen = [row for row in found if own in readers[row.submission_id] and not is_reviewed_by(ctx.caller, row)]
    return {row.submission_id: row for row in seen}


async def locked(ctx: Context, hub: UUID, submission_id: UUID, expect: Expect = _any_version) -> Submission:
    """The submission that the caller handles, its row locked until the transaction ends; the caller is among its hands.

    Raises SubmissionNotFound, and what `expect` raises.
    """
    submission = require_handler(ctx, hub, await repository.find_submission(ctx.session, submission_id, lock=True))
    expect(submission)
    add_hand(ctx, submission)
    return submission


def add_hand(ctx: Context, submission: Submission) -> None:
    """Keep in a locked submission that the caller had a hand in it, and so does not review it."""
    unknown = [person for person in persons_of(ctx.caller) if person not in submission.hands]
    if unknown:
        submission.hands = [*submission.hands, *unknown]


async def locked_pair(
    ctx: Context, hub: UUID, submission_id: UUID, other_id: UUID, expect: Expect
) -> tuple[Submission, Submission]:
    """Two submissions that the caller handles, their rows locked in one order; `expect` is of the first.

    Raises SubmissionNotFound, and what `expect` raises.
    """
    found = await repository.lock_all(ctx.session, {submission_id, other_id})
    submission = require_handler(ctx, hub, found.get(submission_id))
    other = require_handler(ctx, hub, found.get(other_id))
    expect(submission)
    return submission, other


async def list_comparable(ctx: Context, hub: UUID, submission: Submission, since: datetime) -> Sequence[Submission]:
    """Cases that the caller handles, received since then, of the same field and place or with the very same words.

    The newest 500 of the one, 100 of the other; never a sealed one, and not the case itself.
    """
    own = ctx.caller.own_organisation()
    visible_to = None if own == hub else own
    persons = persons_of(ctx.caller)
    return await repository.list_comparable(
        ctx.session, submission, visible_to=visible_to, persons=persons, since=since
    )


async def count_decided(ctx: Context, submission: Submission, since: datetime) -> Sequence[tuple[UUID, int]]:
    """To which bodies cases of the same field and place were given since then, most often first; five at most.

    Nothing of a case without a field, and nothing of sealed ones.
    """
    if submission.field is None:
        return []
    return await repository.count_decided(ctx.session, submission, since)


async def find_by_receipt(ctx: Context, receipts: Receipts, typed: str, *, lock: bool = False) -> Submission | None:
    """The submission whose receipt code was typed, its row locked when it is about to change; None without one."""
    return await find_case(ctx.session, receipts, typed, lock=lock)


async def find_case(session: AsyncSession, receipts: Receipts, typed: str, *, lock: bool = False) -> Submission | None:
    """As `find_by_receipt`, before there is a use case."""
    return await repository.find_by_receipt(session, receipts.lookup_hash(typed), lock=lock)


async def list_submissions(
    ctx: Context, hub: UUID, narrow: Narrowing, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Submission]:
    """Submissions by due time: all for the hub, those that are assigned to it for another body."""
    own = ctx.caller.own_organisation()
    visible_to, persons = None if own == hub else own, persons_of(ctx.caller)
    return await repository.list_submissions(
        ctx.session, narrow, visible_to=visible_to, persons=persons, now=ctx.now, after=after, limit=limit
    )


async def count_submissions(ctx: Context, hub: UUID, narrow: Narrowing) -> int:
    """How many submissions that list has, as `count_up_to` says it."""
    own = ctx.caller.own_organisation()
    visible_to, persons = None if own == hub else own, persons_of(ctx.caller)
    return await repository.count_submissions(ctx.session, narrow, visible_to=visible_to, persons=persons, now=ctx.now)


async def count_silence(ctx: Context, organisation_id: UUID) -> int:
    """How often the public log says that this body gave no answer by the due time."""
    return await transparency.count_silence(ctx, organisation_id)


async def read_submission(ctx: Context, hub: UUID, submission_id: UUID) -> Submission:
    """One submission, also for the body that it is offered to, or that decides on an appeal.

    That a sealed one was read is logged.
    """
    submission = await repository.find_submission(ctx.session, submission_id)
    if submission is None or not decides_on_appeal(ctx, submission):
        submission = require_reader(ctx, hub, submission)
    await log_reading(ctx, submission)
    return submission


async def log_reading(ctx: Context, submission: Submission) -> None:
    """Log, for its author, that the caller is shown the text, if it is a sealed one; also after its embargo."""
    if submission.visibility == "sealed":
        await _log_access(of_case(ctx, submission), submission.submission_id, "sealed_text", None)


async def log_file_reading(ctx: Context, submission_id: UUID) -> None:
    """Log that the caller reads a file of a case; `ctx` is that of the case (`hours.of_case`)."""
    await _log_access(ctx, submission_id, "file", None)


async def read_contact(ctx: Context, hub: UUID, submission_id: UUID, reason: str) -> ContactView:
    """How the sender can be reached; who asked and why is logged, also when nothing was given."""
    submission = await locked(ctx, hub, submission_id)
    await _log_access(of_case(ctx, submission), submission.submission_id, "contact", reason)
    CONTACTS_READ.inc()
    contact = await repository.find_contact(ctx.session, submission_id)
    return ContactView(name=None, email=None, phone=None) if contact is None else await open_contact(ctx, contact)


async def of_request(ctx: Context, submission_id: UUID) -> Submission:
    """The submission of a request that a custodian decides on, who need not handle the case; raises SubmissionNotFound.

    Nothing of it is shown: only whether its steps keep the hour alone is asked.
    """
    submission = await repository.find_submission(ctx.session, submission_id)
    if submission is None:
        raise SubmissionNotFound("No submission has this identifier.")
    return submission


async def own_contact(ctx: Context, submission_id: UUID) -> ContactView:
    """How the sender said to be reached, for the sender, who holds the receipt code; it is no reading of others."""
    contact = await repository.find_contact(ctx.session, submission_id)
    return ContactView(name=None, email=None, phone=None) if contact is None else await open_contact(ctx, contact)


async def contact_is_given(ctx: Context, submission_id: UUID) -> bool:
    """Whether the sender said how to be reached. Which way is not told here, so it is not logged."""
    return await repository.find_contact(ctx.session, submission_id) is not None


async def newest_accesses(ctx: Context, submission_id: UUID) -> Sequence[Access]:
    """The newest reads of the case's protected data, a hundred at most."""
    return await repository.list_accesses(ctx.session, submission_id, _MOST_ACCESSES)


async def read_as_expert(ctx: Context, submission_id: UUID, organisation_id: UUID | None) -> Submission:
    """The submission that the caller reviews, which the caller's folder has made sure of; a sealed one is logged.

    The author sees the body that the register says the expert is of, never the expert.
    """
    submission = await repository.find_submission(ctx.session, submission_id)
    if submission is None:
        raise SubmissionNotFound("No submission that you review has this identifier.")
    if submission.visibility == "sealed":
        ctx = of_case(ctx, submission)
        await _log_access(ctx, submission_id, "sealed_text", None, organisation_id=organisation_id)
    return submission


async def reviewed(ctx: Context, submission_ids: Collection[UUID]) -> Mapping[UUID, Submission]:
    """The submissions of the caller's own reviews, for the folder of reviews, which shows no text of them."""
    return await repository.named(ctx.session, submission_ids)


async def lock_reviewed(ctx: Context, submission_id: UUID) -> Submission:
    """The submission of one of the caller's own reviews, its row locked until the transaction ends."""
    return (await repository.lock_all(ctx.session, [submission_id]))[submission_id]


async def mail_houses(ctx: Context, receipts: Receipts, submission_id: UUID) -> Collection[bytes]:
    """The keyed hashes of the sender's mail houses; none where no address was given.

    Of a case of an earlier release they are made of the address, which nobody is shown.
    """
    contact = await repository.find_contact(ctx.session, submission_id)
    if contact is None or contact.domain_hashes is not None:
        return () if contact is None else contact.domain_hashes or ()
    email = (await open_contact(ctx, contact)).email
    return receipts.house_hashes(submission_id, domain_of(email or ""))


async def _log_access(
    ctx: Context, submission_id: UUID, what: str, reason: str | None, *, organisation_id: UUID | None = None
) -> None:
    access_id = ctx.new_id()
    key = None if reason is None else await sealing.key_to_write(ctx, submission_id)
    access = Access(
        access_id=access_id,
        submission_id=submission_id,
        client_id=ctx.caller.client_id,
        organisation_id=organisation_id or ctx.caller.organisation_id,
        what=what,
        reason_sealed=key and key.seal_maybe("access_log.reason", access_id, reason),
        read_at=ctx.now,
    )
    ctx.session.add(access)


async def handled_among(ctx: Context, hub: UUID, submission_ids: Collection[UUID]) -> Collection[UUID]:
    """Those of these submissions that the caller's organisation handles: all for the hub."""
    own = ctx.caller.own_organisation()
    visible_to, persons = None if own == hub else own, persons_of(ctx.caller)
    if visible_to is None and not persons:
        return submission_ids
    return await repository.handled_among(ctx.session, submission_ids, visible_to, persons)
