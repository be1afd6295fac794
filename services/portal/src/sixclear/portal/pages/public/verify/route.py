"""How anyone verifies a receipt: two commands, the file that one of them runs, and here in the browser.

The page never gets the receipt: its script reads the file where it is and sends nothing.
"""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.verify.view import VerifyView
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("verify")


@PAGE.get("/verify")
async def show(request: Request) -> Response:
    """How to verify a receipt."""
    return portal_of(request).pages.answer(request, PAGE, VerifyView())
