"""Open311 in both directions: public copies are read, registered applications post."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from pydantic import ValidationError

from sixclear.common.errors import DomainError
from sixclear.common.use_case import Context
from sixclear.feedback.field.rules import case_fields
from sixclear.feedback.open311 import repository, rules
from sixclear.feedback.open311.errors import Open311Error
from sixclear.feedback.open311.models import Open311Request
from sixclear.feedback.open311.repository import Found
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.schemas import SubmissionEntry
from sixclear.feedback.submission.service import intake


async def find_requests(ctx: Context, ids: Sequence[UUID]) -> list[Found]:
    """The public copies with these identifiers; those that are none are left out."""
    return await repository.find_requests(ctx.session, ids)


async def list_requests(ctx: Context, asked: rules.Asked) -> list[Found]:
    """The public copies that are asked for."""
    if asked.ids is not None:
        return await repository.find_requests(ctx.session, asked.ids)
    return await repository.list_requests(
        ctx.session,
        asked.services,
        asked.first,
        asked.last,
        asked.answered,
        (asked.page - 1) * asked.page_size,
        asked.page_size,
    )


async def post(
    ctx: Context, receipts: Receipts, application: str, form: Mapping[str, str], key: str | None
) -> tuple[UUID, str]:
    """Take in what an application posts for a person: its identifier, and the receipt code for that person.

    A retry gets both again. Raises Open311Error.
    """
    entry = rules.entry_in(form, case_fields().codes)
    try:
        checked = SubmissionEntry.model_validate(entry)
        received = await intake.receive(ctx, receipts, key or uuid4().hex, checked)
    except ValidationError as error:
        # The names of the fields, never what was sent.
        wrong = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
        raise Open311Error(400, f"Not valid: {', '.join(wrong)}.") from None
    except DomainError as error:
        status = error.status if error.status in (403, 404, 429, 503) else 400
        raise Open311Error(status, error.detail, error.headers.get("Retry-After")) from None
    submission_id = received.submission.submission_id
    posted = await repository.find_posted(ctx.session, submission_id)
    if posted is None:
        posted = Open311Request(service_request_id=uuid4(), submission_id=submission_id, application=application)
        ctx.session.add(posted)
        await ctx.session.flush()
    return posted.service_request_id, received.code
