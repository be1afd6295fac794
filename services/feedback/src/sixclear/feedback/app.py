"""Wiring of the feedback application."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from starlette.applications import Starlette

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.service_state import ServiceState
from sixclear.common.web.access_log_route import access_log_router
from sixclear.common.web.app import create_service_app
from sixclear.common.web.limits import DEFAULT_BODY_LIMIT
from sixclear.feedback.allowance.errors import TooManyAttempts, TooManySubmissions
from sixclear.feedback.allowance.rules import TokenBucket
from sixclear.feedback.answer import routes as answer
from sixclear.feedback.answer.service import tell_of_answers
from sixclear.feedback.answer_template import routes as answer_template
from sixclear.feedback.appeal import routes as appeal
from sixclear.feedback.attachment import routes as attachment
from sixclear.feedback.campaign import routes as campaign
from sixclear.feedback.challenge.errors import TooManyChallenges
from sixclear.feedback.challenge.load import Load
from sixclear.feedback.clock import routes as clock_routes
from sixclear.feedback.competence import routes as competence
from sixclear.feedback.endorsement import routes as endorsement
from sixclear.feedback.endorsement.errors import TooManyEndorsements
from sixclear.feedback.escalation import routes as escalation
from sixclear.feedback.escrow import routes as escrow
from sixclear.feedback.field import routes as field
from sixclear.feedback.handling import routes as handling
from sixclear.feedback.identity import routes as identity
from sixclear.feedback.link import routes as link
from sixclear.feedback.log import routes as log
from sixclear.feedback.mailbox import own_files, sender_steps
from sixclear.feedback.mailbox import routes as mailbox
from sixclear.feedback.open311 import routes as open311
from sixclear.feedback.own_submission import routes as own_submission
from sixclear.feedback.proposal import routes as proposal
from sixclear.feedback.proposal.service import follow_answer
from sixclear.feedback.publication import routes as publication
from sixclear.feedback.rating import routes as rating
from sixclear.feedback.review import routes as review
from sixclear.feedback.reviewer import routes as reviewer
from sixclear.feedback.sealing.service import Vault, carry
from sixclear.feedback.settings import Settings, registered_in
from sixclear.feedback.similar import routes as similar
from sixclear.feedback.statistics import routes as statistics
from sixclear.feedback.submission import challenges, holding
from sixclear.feedback.submission import routes as submission
from sixclear.feedback.submission.dependencies import Parts
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.transfer import routes as transfer
from sixclear.feedback.transparency import routes as transparency

PREFIX = "/api/feedback/v1"
ROUTERS = (
    submission.router,
    submission.desk_router,
    challenges.router,
    mailbox.router,
    sender_steps.router,
    own_files.router,
    sender_steps.offer_router,
    own_submission.router,
    submission.handling_router,
    holding.router,
    handling.router,
    mailbox.handling_router,
    attachment.router,
    clock_routes.router,
    transfer.router,
    escalation.router,
    answer.router,
    campaign.router,
    publication.moderation_router,
    publication.router,
    similar.router,
    similar.handling_router,
    link.router,
    competence.router,
    endorsement.router,
    endorsement.endorsing_router,
    field.router,
    identity.router,
    escrow.router,
    answer_template.router,
    proposal.handling_router,
    proposal.router,
    appeal.router,
    reviewer.router,
    review.router,
    log.router,
    submission.figures_router,
    rating.router,
    statistics.router,
    transparency.router,
    access_log_router("readFeedbackAccessLog", "case desk"),
)


def create_app(
    settings: Settings,
    *,
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    event_log: EventLog | None = None,
    receipts: Receipts | None = None,
    vault: Vault | None = None,
    clock: Clock,
) -> FastAPI:
    """The feedback application; without a database it only describes itself (OpenAPI)."""
    tell_of_answers(follow_answer)
    if database is not None and vault is not None:
        carry(database, vault)
    return create_service_app(
        title="Sixclear feedback",
        service="feedback",
        version=version("sixclear"),
        prefix=PREFIX,
        routers=ROUTERS,
        routes=open311.ROUTES,
        verifier=verifier,
        database=database,
        event_log=event_log,
        clock=clock,
        still_readable=transfer.still_readable,
        own=Parts(
            settings=settings,
            receipts=receipts,
            sendings=TokenBucket(
                "submission", settings.submissions_at_once, settings.submissions_per_minute, TooManySubmissions
            ),
            wrong_codes=TokenBucket(
                "wrong-code", settings.wrong_codes_at_once, settings.wrong_codes_per_minute, TooManyAttempts
            ),
            endorsements=TokenBucket(
                "endorsement", settings.endorsements_at_once, settings.endorsements_per_minute, TooManyEndorsements
            ),
            challenges=TokenBucket(
                "challenge", settings.challenges_at_once, settings.challenges_per_minute, TooManyChallenges
            ),
            load=Load(),
            posts=TokenBucket(
                "open311", settings.open311_posts_at_once, settings.open311_posts_per_minute, TooManySubmissions
            ),
            applications=registered_in(settings.open311_keys.read_text("utf-8")) if settings.open311_keys else {},
        ),
        body_limits={
            f"{PREFIX}/mailbox/files": settings.file_bytes + own_files.FORM_BYTES,
            f"{PREFIX}/mailbox/files/": DEFAULT_BODY_LIMIT,  # reading one back is a small body
        },
        examples=Path(__file__).parent / "data" / "http-examples.json",
        tags={
            "sending": "What a sender does without an account, or a body in the sender's place.",
            "mailbox": "A sender follows the own case by receipt.",
            "public copies": "What moderators released of cases with the senders' consent, and what is like it.",
            "public log": "Entries, tiles and checkpoints of what was stated to senders; it names no case.",
            "proposals": "Ideas that were accepted, as the bodies word them, and what became of them.",
            "expert review": "The hub asks experts, who review initiatives and solutions without seeing sender or each"
            " other; who handles the case decides.",
            "case desk": "What the bodies do that handle cases.",
        },
        description="Feedback, recommendations, initiatives and solutions: sent without an account, followed by"
        " receipt, answered before a date that explains itself.",
    )


def give_receipts(app: Starlette, receipts: Receipts) -> None:
    """Give the application what its secret is needed for. The target reads the secret after the application is made."""
    state: ServiceState = app.state.service_state
    if not isinstance(state.own, Parts):
        raise TypeError("This is not the feedback application.")
    app.state.service_state = replace(state, own=replace(state.own, receipts=receipts))
