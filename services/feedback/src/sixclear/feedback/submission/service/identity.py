"""How well a sender can be known: raised by the sender alone, never lowered, never changed by anyone else."""

from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission import lifecycle, repository
from sixclear.feedback.submission.models import Submission, state_of
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.recording import SUBMISSION
from sixclear.feedback.submission.schemas import Contacts
from sixclear.feedback.submission.service import texts
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.typed import domain_of


async def raise_identity(ctx: Context, receipts: Receipts, submission: Submission, given: Contacts) -> None:
    """Keep what the sender of a locked submission says of themselves; the level follows, and an event where it rises.

    What was given before and is left out stays. Sent again it changes nothing.
    """
    level = "named" if given.name else "pseudonymous"
    change = lifecycle.raise_identity(state_of(submission), level)
    await _keep(ctx, receipts, submission, given)
    if change is None:
        return
    ctx = of_case(ctx, submission)
    submission.first_identity_level = submission.first_identity_level or submission.identity_level
    await record(ctx, submission, change, ctx.fact_time(None, submission.occurred_at), SUBMISSION)


async def _keep(ctx: Context, receipts: Receipts, submission: Submission, given: Contacts) -> None:
    contact = await repository.find_contact(ctx.session, submission.submission_id)
    key = await sealing.key_to_write(ctx, submission.submission_id, sealing.IDENTITY)
    if contact is None:
        contact = texts.seal_contact(key, given)
        ctx.session.add(contact)
    else:
        texts.change_contact(key, contact, given)
    if given.email is not None:
        contact.domain_hashes = receipts.house_hashes(submission.submission_id, domain_of(given.email))
