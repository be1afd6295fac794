"""The list of tasks."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.tasks.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page(
    "tasks",
    reads=(
        *("programme", "organisation", "directive", "group"),
        *("status", "bucket", "assignment", "assigned_by", "q", "sort", "cursor"),
    ),
)


@PAGE.get("/tasks")
async def show(request: Request) -> Response:
    """One page of the list."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
