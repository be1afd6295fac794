"""Wiring of the portal."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from sixclear.common.clock import Clock
from sixclear.common.telemetry import TelemetryMiddleware
from sixclear.common.web.edge import EdgeMiddleware
from sixclear.common.web.unexpected_errors import UnexpectedErrorMiddleware
from sixclear.portal.errors import PortalError
from sixclear.portal.pages.expert.review.route import PAGE as REVIEW
from sixclear.portal.pages.expert.reviews.route import PAGE as REVIEWS
from sixclear.portal.pages.hub.cases.route import PAGE as CASES
from sixclear.portal.pages.hub.reviewers.route import PAGE as REVIEWERS
from sixclear.portal.pages.public.catalogue.route import PAGE as CATALOGUE
from sixclear.portal.pages.public.desk.route import PAGE as DESK
from sixclear.portal.pages.public.document.route import PAGE as DOCUMENT
from sixclear.portal.pages.public.documents.route import PAGE as DOCUMENTS
from sixclear.portal.pages.public.embed.route import PAGE as EMBED
from sixclear.portal.pages.public.error.route import RefusedAtTheDoor, http_exception, portal_error, unexpected_error
from sixclear.portal.pages.public.feedback.route import FRAMED as FRAMED_FEEDBACK
from sixclear.portal.pages.public.feedback.route import PAGE as FEEDBACK
from sixclear.portal.pages.public.home.route import PAGE as HOME
from sixclear.portal.pages.public.indicator.route import PAGE as INDICATOR
from sixclear.portal.pages.public.log.route import PAGE as LOG
from sixclear.portal.pages.public.mailbox.route import PAGE as MAILBOX
from sixclear.portal.pages.public.money.route import PAGE as MONEY
from sixclear.portal.pages.public.organisation.route import PAGE as ORGANISATION
from sixclear.portal.pages.public.organisations.route import PAGE as ORGANISATIONS
from sixclear.portal.pages.public.problem.route import PAGE as PROBLEM
from sixclear.portal.pages.public.proposal.route import PAGE as PROPOSAL
from sixclear.portal.pages.public.proposals.route import PAGE as PROPOSALS
from sixclear.portal.pages.public.publication.route import PAGE as PUBLICATION
from sixclear.portal.pages.public.publications.route import PAGE as PUBLICATIONS
from sixclear.portal.pages.public.results.route import PAGE as RESULTS
from sixclear.portal.pages.public.scores.route import PAGE as SCORES
from sixclear.portal.pages.public.sign_in.route import PAGE as SIGN_IN
from sixclear.portal.pages.public.statistics.route import PAGE as STATISTICS
from sixclear.portal.pages.public.styleguide.route import PAGE as STYLEGUIDE
from sixclear.portal.pages.public.task.route import PAGE as TASK
from sixclear.portal.pages.public.tasks.route import PAGE as TASKS
from sixclear.portal.pages.public.verify.route import PAGE as VERIFY
from sixclear.portal.settings import Settings
from sixclear.portal.shell import site
from sixclear.portal.shell.policy import content_security_policy
from sixclear.portal.shell.portal import Portal
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

RESULTS_PAGES = (RESULTS, INDICATOR, DOCUMENTS, DOCUMENT, MONEY, SCORES)
PUBLIC_FEEDBACK_PAGES = (PUBLICATIONS, PUBLICATION, PROPOSALS, PROPOSAL, STATISTICS)
FEEDBACK_PAGES = (FEEDBACK, FRAMED_FEEDBACK, EMBED, MAILBOX, DESK, *PUBLIC_FEEDBACK_PAGES, VERIFY, LOG)
WORK_PAGES = (SIGN_IN, REVIEWS, REVIEW, CASES, REVIEWERS)
RECORD_PAGES = (HOME, TASKS, TASK, ORGANISATIONS, ORGANISATION, *RESULTS_PAGES, CATALOGUE)
PAGES = (*RECORD_PAGES, *FEEDBACK_PAGES, *WORK_PAGES, PROBLEM)
DEVELOPER_PAGES = (STYLEGUIDE,)


def create_app(
    *, settings: Settings, clock: Clock, gateway: Gateway, pages: Pages, developer_pages: bool = False
) -> Starlette:
    """The portal's application; `developer_pages` adds `/styleguide`."""
    shown = PAGES + DEVELOPER_PAGES if developer_pages else PAGES
    app = Starlette(
        routes=[*(route for page in shown for route in page.routes), *site.routes()],
        exception_handlers={PortalError: portal_error, HTTPException: http_exception},
        middleware=[
            Middleware(TelemetryMiddleware, service="portal", untraced=["/static/"]),  # a dozen for each page
            Middleware(EdgeMiddleware, content_security_policy=content_security_policy(settings.stream_origin)),
            Middleware(UnexpectedErrorMiddleware, answer=unexpected_error),
            Middleware(RefusedAtTheDoor),
        ],
    )
    app.state.portal = Portal(settings, clock, gateway, pages)
    return app
