"""Wiring of the tasks application."""

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.bulk.job_routes import job_router
from sixclear.common.bulk.worker import BulkJobs
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.web.access import Access
from sixclear.common.web.access_log_route import access_log_router
from sixclear.common.web.app import create_service_app
from sixclear.tasks.assessment import routes as assessment
from sixclear.tasks.breakdown import routes as breakdown
from sixclear.tasks.budget import routes as budget
from sixclear.tasks.budget.service import CHILDREN as BUDGETS
from sixclear.tasks.calendar import routes as calendar
from sixclear.tasks.classification.routes import made_again, still_readable
from sixclear.tasks.comment import routes as comment
from sixclear.tasks.comment.service import CHILDREN as COMMENTS
from sixclear.tasks.connector import routes as connector
from sixclear.tasks.connector.service.deliver import pass_on
from sixclear.tasks.criteria import routes as criteria
from sixclear.tasks.decision import routes as decision
from sixclear.tasks.decision.service.follow import CHILDREN as DECISIONS
from sixclear.tasks.directive import routes as directive
from sixclear.tasks.document import routes as document
from sixclear.tasks.evidence import routes as evidence
from sixclear.tasks.evidence.service import CHILDREN as EVIDENCE
from sixclear.tasks.export import routes as export
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.file import routes as file
from sixclear.tasks.filing import routes as filing
from sixclear.tasks.filing.service.file import pass_on_to
from sixclear.tasks.imports import routes as imports
from sixclear.tasks.imports.service.take import IMPORTS
from sixclear.tasks.indicator import routes as indicator
from sixclear.tasks.intake import routes as intake
from sixclear.tasks.intake.service import FILES as TASKS
from sixclear.tasks.log import routes as log
from sixclear.tasks.milestone import routes as milestone
from sixclear.tasks.milestone.service import CHILDREN as MILESTONES
from sixclear.tasks.obstacle import routes as obstacle
from sixclear.tasks.obstacle.service.follow import CHILDREN as OBSTACLES
from sixclear.tasks.organisation import routes as organisation
from sixclear.tasks.organisation.service import is_registered
from sixclear.tasks.period import routes as period
from sixclear.tasks.period.service.passing import CHILDREN as PERIODS
from sixclear.tasks.programme import routes as programme
from sixclear.tasks.reporting import routes as reporting
from sixclear.tasks.reporting.hot import ReportProgress
from sixclear.tasks.reporting.service.bulk import FILES as REPORTS
from sixclear.tasks.settings import Settings
from sixclear.tasks.sheet import routes as sheet
from sixclear.tasks.succession import routes as succession
from sixclear.tasks.task import routes as task
from sixclear.tasks.task.service.children import addresses_below, hang
from sixclear.tasks.urge import routes as urge
from sixclear.tasks.urge.service.ladder import CHILDREN as URGES
from sixclear.tasks.value import routes as value
from sixclear.tasks.value.service.bulk import FILES as VALUES
from sixclear.tasks.withdrawal import routes as withdrawal

# Each sender of a large file reads what became of it.
JOBS = job_router(Access.scope(*imports.SCOPES), "progress")
ROUTERS = (
    organisation.router,
    succession.router,
    programme.router,
    directive.router,
    document.router,
    withdrawal.router,
    breakdown.router,
    intake.router,
    imports.router,
    imports.templates,
    task.router,
    export.router,
    milestone.router,
    decision.router,
    period.router,
    reporting.router,
    reporting.files,
    evidence.router,
    comment.router,
    urge.router,
    budget.router,
    filing.router,
    connector.router,
    sheet.router,
    obstacle.router,
    JOBS,
    log.router,
    log.own_router,
    calendar.router,
    file.router,
    access_log_router("readTasksAccessLog", "organisations", addresses_below),
    indicator.router,
    value.router,
    value.files,
    criteria.router,
    assessment.router,
)
# What a form puts around the file that it carries.
_FORM_BYTES = 16 * 1024
FILES = (TASKS, REPORTS, VALUES, *IMPORTS.values())
_BULK = ("progress/bulk", "tasks/bulk", "values/bulk", "imports/")


def create_app(
    settings: Settings,
    *,
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    event_log: EventLog | None = None,
    clock: Clock,
) -> FastAPI:
    """The tasks application; without a database it only describes itself (OpenAPI)."""
    pass_on_to(pass_on)
    hang(MILESTONES, PERIODS, EVIDENCE, DECISIONS, COMMENTS, URGES, OBSTACLES, BUDGETS)
    hot = [] if database is None or event_log is None else [ReportProgress(database, event_log, clock)]
    jobs = None
    if database is not None and event_log is not None:
        jobs = BulkJobs(
            database, event_log, clock, {one.operation: one for one in FILES}, settings, most_open=settings.bulk_jobs
        )
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
        jobs=jobs,
        body_limits={f"{PREFIX}/{path}": settings.bulk_file_bytes for path in _BULK}
        | {f"{PREFIX}/files": settings.file_bytes + _FORM_BYTES, f"{PREFIX}/own/sheet": sheet.MOST_BYTES},
        examples=Path(__file__).parent / "data" / "http-examples.json",
        tags={
            "assessments": "Criteria by which bodies are assessed, what they answer, and what is verified.",
            "indicators": "What is measured, what bodies supplied, and how far it is from its targets.",
            "organisations": "Who is who, what tasks come from, and which days are working days.",
            "documents": "Laws, decrees and other documents: issued, owed, and which tasks they are the product of.",
            "budgets": "Money of tasks and programmes by stage, as documents prove it.",
            "tasks": "Tasks from the proposal to the confirmation.",
            "progress": "What those who work on a task say of it: reports, evidence, the result.",
        },
        description="Programmes, directives and tasks: proposed, assigned, reported, submitted, confirmed.",
    )
