"""The reviews that an expert is asked for."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.expert.area import EXPERT
from sixclear.portal.pages.expert.reviews.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.shell.signed_in import for_person
from sixclear.portal.upstream.gateway import Gateway

PAGE = EXPERT.page("reviews", reads=("status", "cursor"))


@PAGE.get("/own/reviews")
async def show(request: Request) -> Response:
    """One page of the expert's own reviews, those that are due first first."""
    portal = portal_of(request)

    async def answer(gateway: Gateway) -> Response:
        view = await load(gateway, portal.settings, asked_of(request, PAGE.reads))
        return portal.pages.answer(request, PAGE, view, status=view.asked.status, private=True)

    return await for_person(request, answer)
