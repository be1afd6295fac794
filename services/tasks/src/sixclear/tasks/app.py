"""Wiring of the tasks application."""

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.web.app import create_service_app
from sixclear.tasks.calendar import routes as calendar
from sixclear.tasks.classification.routes import made_again, still_readable
from sixclear.tasks.directive import routes as directive
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.file import routes as file
from sixclear.tasks.intake import routes as intake
from sixclear.tasks.log import routes as log
from sixclear.tasks.organisation import routes as organisation
from sixclear.tasks.organisation.service import is_registered
from sixclear.tasks.programme import routes as programme
from sixclear.tasks.reporting import routes as reporting
from sixclear.tasks.reporting.hot import ReportProgress
from sixclear.tasks.settings import Settings
from sixclear.tasks.task import routes as task
from sixclear.tasks.withdrawal import routes as withdrawal

ROUTERS = (
    organisation.router,
    programme.router,
    directive.router,
    withdrawal.router,
    intake.router,
    task.router,
    reporting.router,
    log.router,
    log.own_router,
    calendar.router,
    file.router,
)
# A thousand reports of ordinary length; longer files come in parts.
_BULK_BYTES = 4 * 1024 * 1024
# What a form puts around the file that it carries.
_FORM_BYTES = 16 * 1024


def create_app(
    settings: Settings,
    *,
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    event_log: EventLog | None = None,
    clock: Clock,
) -> FastAPI:
    """The tasks application; without a database it only describes itself (OpenAPI)."""
    hot = [] if database is None or event_log is None else [ReportProgress(database, event_log, clock)]
    return create_service_app(
        title="Sixclear tasks",
        service="tasks",
        version=version("sixclear"),
        prefix=PREFIX,
        routers=ROUTERS,
        verifier=verifier,
        database=database,
        event_log=event_log,
        clock=clock,
        still_readable=still_readable,
        made_again=made_again,
        is_registered=is_registered,
        own=settings,
        hot_routes=hot,
        body_limits={f"{PREFIX}/{path}": _BULK_BYTES for path in ("progress/bulk", "tasks/bulk")}
        | {f"{PREFIX}/files": settings.file_bytes + _FORM_BYTES},
        examples=Path(__file__).parent / "data" / "http-examples.json",
        tags={
            "organisations": "Who is who, what tasks come from, and which days are working days.",
            "tasks": "Tasks from the proposal to the confirmation.",
            "progress": "What those who work on a task say of it: reports, evidence, the result.",
        },
        description="Programmes, directives and tasks: proposed, assigned, reported, submitted, confirmed.",
    )
