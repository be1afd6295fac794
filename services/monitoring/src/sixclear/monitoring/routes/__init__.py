"""HTTP in and out of monitoring; no SQL, no rules."""

from collections.abc import Sequence

from fastapi import APIRouter

from sixclear.common.auth.access import Access
from sixclear.monitoring.routes import operators, public, reconciliations, spans


def operators_rule(env: str) -> Access:
    """Who sees traces and streams: anybody while developing, operators in production."""
    if env == "production":
        return Access.scope("monitoring:operate")
    return Access.public("a developer's own machine; production asks for the scope monitoring:operate")


def make_routers(env: str) -> Sequence[APIRouter]:
    """Every router of this service."""
    return (public.router, operators.make_router(operators_rule(env)), reconciliations.router, spans.router)
