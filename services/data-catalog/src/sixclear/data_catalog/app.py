"""Wiring of the data catalogue's application."""

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.bulk.incoming import AT_ONCE_BYTES
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.web.access_log_route import access_log_router
from sixclear.common.web.app import create_service_app
from sixclear.common.web.log_route import log_router
from sixclear.data_catalog.assignment import routes as assignment
from sixclear.data_catalog.code_list import routes as code_list
from sixclear.data_catalog.dossier import routes as dossier
from sixclear.data_catalog.element import routes as element
from sixclear.data_catalog.entry import routes as entry
from sixclear.data_catalog.entry.access import PUBLIC
from sixclear.data_catalog.entry.hot import AddHeartbeat
from sixclear.data_catalog.field import routes as field
from sixclear.data_catalog.fields import PREFIX
from sixclear.data_catalog.finding import routes as finding
from sixclear.data_catalog.list_figures import routes as list_figures
from sixclear.data_catalog.registration import routes as registration
from sixclear.data_catalog.settings import Settings

_LOG = log_router(
    operation_id="readCatalogLog",
    access=PUBLIC,
    tag="entries",
    what="What happened to the public entries of the catalogue, and to the public elements. Of one that is not public "
    "any more, only the change `withdrawn` is left.",
)
# Two thousand values with names in two languages.
_CODE_LIST_BYTES = 2 * 1024 * 1024
ROUTERS = (
    entry.router,
    registration.router,
    dossier.router,
    assignment.router,
    list_figures.router,
    _LOG,
    access_log_router("readCatalogAccessLog", "entries"),
    element.files,
    element.router,
    code_list.router,
    field.router,
    finding.router,
)


def create_app(
    _settings: Settings,
    *,
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    event_log: EventLog | None = None,
    clock: Clock,
) -> FastAPI:
    """The data catalogue's application; without a database it only describes itself (OpenAPI)."""
    return create_service_app(
        title="Sixclear data catalogue",
        service="data-catalog",
        version=version("sixclear"),
        prefix=PREFIX,
        routers=ROUTERS,
        verifier=verifier,
        database=database,
        event_log=event_log,
        clock=clock,
        still_readable=finding.still_readable,
        body_limits={f"{PREFIX}/elements/bulk": AT_ONCE_BYTES, f"{PREFIX}/code-lists": _CODE_LIST_BYTES},
        examples=Path(__file__).parent / "data" / "http-examples.json",
        tags={
            "entries": "Databases and other data: what they are, who owns them, how far they are.",
            "elements": "The shared dictionary: what data means, in which form and by which law.",
            "code lists": "The values that elements may have.",
            "fields": "What entries hold: which element, in which role, from where, by which law.",
            "findings": "What is wrong between masters, copies and collectors, computed from the fields.",
            "registration": "The registration of an entry: its documents and decisions.",
            "assignments": "Who answers for an entry: its owner and its stewards, as positions that accepted it.",
            "lists": "How far the entries are that programmes name.",
        },
        hot_routes=[] if database is None or event_log is None else [AddHeartbeat(database, event_log, clock)],
        description="Databases and other data: owner, programme lists, deployment, registration, heartbeat.",
    )
