"""Wiring of the feedback application."""

from importlib.metadata import version

from fastapi import FastAPI

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.web.app import create_service_app
from sixclear.feedback.allowance.errors import TooManyAttempts, TooManySubmissions
from sixclear.feedback.allowance.rules import TokenBucket
from sixclear.feedback.answer import routes as answer
from sixclear.feedback.handling import routes as handling
from sixclear.feedback.mailbox import routes as mailbox
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission import routes as submission
from sixclear.feedback.submission.dependencies import still_readable
from sixclear.feedback.submission.receipts import Receipts

PREFIX = "/api/feedback/v1"
ROUTERS = (
    submission.router,
    submission.desk_router,
    mailbox.router,
    submission.handling_router,
    handling.router,
    mailbox.handling_router,
    answer.router,
)


def create_app(
    settings: Settings,
    *,
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    event_log: EventLog | None = None,
    receipts: Receipts | None = None,
    clock: Clock,
) -> FastAPI:
    """The feedback application; without a database it only describes itself (OpenAPI)."""
    app = create_service_app(
        title="Sixclear feedback",
        service="feedback",
        version=version("sixclear"),
        prefix=PREFIX,
        routers=ROUTERS,
        verifier=verifier,
        database=database,
        event_log=event_log,
        clock=clock,
        still_readable=still_readable,
        description="Feedback, recommendations, initiatives and solutions: sent without an account, followed by"
        " receipt, answered before a date that explains itself.",
    )
    app.state.settings = settings
    app.state.receipts = receipts
    app.state.wrong_codes = TokenBucket(
        "wrong-code", settings.wrong_codes_at_once, settings.wrong_codes_per_minute, TooManyAttempts
    )
    app.state.sendings = TokenBucket(
        "submission", settings.submissions_at_once, settings.submissions_per_minute, TooManySubmissions
    )
    return app
