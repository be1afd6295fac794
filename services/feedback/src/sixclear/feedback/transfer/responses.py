"""Transfers as responses."""

from collections.abc import Sequence
from datetime import datetime

from sixclear.common.use_case import Context
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.responses import submission_response
from sixclear.feedback.transfer.models import Transfer
from sixclear.feedback.transfer.schemas import TransferredCase, TransferView

_COLUMNS = [name for name in TransferView.model_fields if name not in ("from_organisation", "to_organisation")]


async def names_of(ctx: Context, transfers: Sequence[Transfer]) -> Briefs:
    """The bodies of these transfers, by name."""
    ids = [body for one in transfers for body in (one.from_organisation_id, one.to_organisation_id)]
    return await organisations.briefs(ctx, ids)


def transfer_view(transfer: Transfer, names: Briefs) -> TransferView:
    """A transfer with the names of its bodies."""
    return TransferView(
        **{name: getattr(transfer, name) for name in _COLUMNS},
        from_organisation=brief(names, transfer.from_organisation_id),
        to_organisation=brief(names, transfer.to_organisation_id),
    )


def transferred_case(transfer: Transfer, names: Briefs, case: Submission | None, now: datetime) -> TransferredCase:
    """A transfer with where its case stands, for a caller who may see that."""
    shown = submission_response(case, now) if case else None
    return TransferredCase(**dict(transfer_view(transfer, names)), submission=shown)


async def decided_response(ctx: Context, transfer: Transfer, submission: Submission) -> TransferredCase:
    """What a step on a transfer responds with."""
    return transferred_case(transfer, await names_of(ctx, [transfer]), submission, ctx.now)
