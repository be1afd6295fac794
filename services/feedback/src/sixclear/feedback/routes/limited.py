"""Routes that count by visitor, in transactions of their own: what the request rolls back still counts.

They end before the request's own transaction begins, or begin after it ended: a request that held one connection while
it waits for another would stop all others.
"""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from sixclear.common.db import Database
from sixclear.common.visitor import network_of
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.visitor import visitor_of
from sixclear.feedback.errors import MailboxNotFound, TooManyAttempts, TooManySubmissions
from sixclear.feedback.metrics import MAILBOX_OPENINGS, SUBMISSIONS_LIMITED
from sixclear.feedback.service import allowances

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class SendingRoute(TransactionalRoute):
    """Every request costs the visitor one use, whatever becomes of it; past them TooManySubmissions."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            allowance: allowances.Allowance = request.app.state.sendings
            try:
                async with _database(request).transaction() as session:
                    await allowances.spend(session, allowance, *_visitor(request))
            except TooManySubmissions:
                SUBMISSIONS_LIMITED.inc()
                raise
            return await handler(request)

        return handle


class MailboxRoute(TransactionalRoute):
    """A wrong receipt code costs the visitor one use; past them TooManyAttempts, also for a right one."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            allowance: allowances.Allowance = request.app.state.wrong_codes
            visitor = _visitor(request)
            try:
                async with _database(request).session() as session:
                    await allowances.require(session, allowance, *visitor)
                response = await handler(request)
            except TooManyAttempts:
                MAILBOX_OPENINGS.labels("limited").inc()
                raise
            except MailboxNotFound:
                MAILBOX_OPENINGS.labels("unknown").inc()
                async with _database(request).transaction() as session:
                    await allowances.owe(session, allowance, *visitor)
                raise
            if response.status_code < 400:
                MAILBOX_OPENINGS.labels("opened").inc()
            return response

        return handle


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _visitor(request: Request) -> tuple[bytes, datetime]:
    state = request.app.state
    network_hash: bytes = state.receipts.network_hash(network_of(visitor_of(request.scope)))
    return network_hash, state.clock()
