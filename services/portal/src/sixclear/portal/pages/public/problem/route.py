"""The page behind the `type` of a problem answer."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.errors import PageNotFound
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.shell.chosen_language import language_of
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.words.problems import Problem, problems

PAGE = PUBLIC.page("problem")


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem in the reader's language."""

    problem: Problem


@PAGE.get("/problems/{code}")
async def show(request: Request) -> Response:
    """What a problem code means and what helps; a code that no service answers with is no page."""
    problem = problems(language_of(request).code).get(request.path_params["code"])
    if problem is None:
        raise PageNotFound
    return portal_of(request).pages.answer(request, PAGE, ProblemView(problem))
