"""One public copy."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.publication.view import EndorsingView, asking, endorse, load
from sixclear.portal.shell.addresses import identifier_of
from sixclear.portal.shell.forms import form_key_of, new_form_key, read_form
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("publication")


@PAGE.get("/feedback/public/{identifier}")
async def show(request: Request) -> Response:
    """The page of a public copy."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.clock(), identifier_of(request))
    return portal.pages.answer(request, PAGE, view)


@PAGE.get("/feedback/public/{identifier}/endorse")
async def ask_to_endorse(request: Request) -> Response:
    """Asks for an endorsement, with a key of its own: a page that caches keep would give many visitors one key."""
    portal = portal_of(request)
    return _endorsing(request, await asking(portal.gateway, portal.clock(), identifier_of(request), new_form_key()))


@PAGE.post("/feedback/public/{identifier}/endorse")
async def take_endorsement(request: Request) -> Response:
    """Counts an endorsement once, however often its form is sent."""
    portal = portal_of(request)
    fields = (await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)).taken()
    publication_id, key = identifier_of(request), form_key_of(fields)
    if "keep" in fields:  # another language was asked for, and nothing is sent by that
        counted = "counted" in fields
        return _endorsing(request, await asking(portal.gateway, portal.clock(), publication_id, key, counted=counted))
    return _endorsing(request, await endorse(portal.gateway, portal.clock(), publication_id, key))


def _endorsing(request: Request, view: EndorsingView) -> Response:
    status = {None: 200, "slow-down": 429}.get(view.problem, 503)
    kept_at = f"/feedback/public/{view.one.publication_id}/endorse"
    return portal_of(request).pages.answer(
        request, PAGE, view, template="endorse", status=status, private=True, kept_at=kept_at
    )
