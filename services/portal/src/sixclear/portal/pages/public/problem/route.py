"""The page behind the `type` of a problem answer."""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.errors import PageNotFound
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("problem")
_CODE = re.compile(r"[a-z][a-z0-9-]{1,60}")


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem code."""

    code: str


@PAGE.get("/problems/{code}")
async def show(request: Request) -> Response:
    """What a problem code means."""
    code = request.path_params["code"]
    if not _CODE.fullmatch(code):
        raise PageNotFound
    return portal_of(request).pages.answer(request, PAGE, ProblemView(code))
