"""Public copies of cases, and the search for what is like a text.

The words of a search travel in a body, never in an address: somebody may paste what only a handler is to read.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.publications.view import load, search
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.forms import read_form
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page(
    "publications", reads=("answered", "kind", "field", "organisation", "overdue", "open_steps", "cursor")
)
_LIST = "/feedback/public"
_SEARCH = f"{_LIST}/search"


@PAGE.get(_LIST)
async def show(request: Request) -> Response:
    """One page of the public copies."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)


@PAGE.post(_SEARCH)
async def find(request: Request) -> Response:
    """Public copies that are like a text."""
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    view = await search(portal.gateway, portal.clock(), sent)
    status = view.refusal.status if view.refusal else 422 if view.problems else 503 if view.away else 200
    return portal.pages.answer(request, PAGE, view, template="found", status=status, private=True, kept_at=_SEARCH)


@PAGE.get(_SEARCH)
async def back_to_list(request: Request) -> Response:
    """No address has the words of a search."""
    return RedirectResponse(_LIST, 303)
