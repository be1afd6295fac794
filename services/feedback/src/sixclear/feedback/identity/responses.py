"""Requests to know who a sender is, as responses."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.identity.models import IdentityRequest, reason_of
from sixclear.feedback.identity.schemas import IdentityRequestState, IdentityRequestView, IdentityStep
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.sealing import service as sealing


async def asked_response(ctx: Context, request: IdentityRequest) -> IdentityRequestState:
    """A request that was taken, without its reason."""
    names = await organisations.briefs(ctx, [request.organisation_id])
    fields = [name for name in IdentityRequestState.model_fields if name != "organisation"]
    return IdentityRequestState(
        **{name: getattr(request, name) for name in fields}, organisation=brief(names, request.organisation_id)
    )


async def request_response(ctx: Context, request: IdentityRequest) -> IdentityRequestView:
    """One request with the name of its body."""
    return (await requests_response(ctx, [request]))[request.request_id]


async def requests_response(ctx: Context, requests: Sequence[IdentityRequest]) -> Mapping[UUID, IdentityRequestView]:
    """At most a page of requests as handlers and custodians see them, by their identifiers."""
    keys = await sealing.keys_to_read(ctx, [request.submission_id for request in requests])
    names = await organisations.briefs(ctx, [request.organisation_id for request in requests])
    fields = [name for name in IdentityRequestView.model_fields if name not in ("organisation", "reason")]
    return {
        request.request_id: IdentityRequestView(
            **{name: getattr(request, name) for name in fields},
            reason=reason_of(keys[request.submission_id], request),
            organisation=brief(names, request.organisation_id),
        )
        for request in requests
    }


def steps_response(requests: Sequence[IdentityRequest], names: Briefs) -> list[IdentityStep]:
    """What the sender sees of requests: neither the reason nor who asked, but which body."""
    fields = [name for name in IdentityStep.model_fields if name != "organisation"]
    return [
        IdentityStep(
            **{name: getattr(request, name) for name in fields}, organisation=brief(names, request.organisation_id)
        )
        for request in requests
    ]
