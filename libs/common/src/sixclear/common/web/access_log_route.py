"""`GET /access-log`: who read what is not public, for those who look after the platform."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common import access_log
from sixclear.common.web.access import Access
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.schemas import Page, Schema
from sixclear.common.web.texts import Key

AUDIT = Access.scope("audit:read")
# What belongs to an entity, as `entity` of its readings has it.
Belonging = Callable[[AsyncSession, str], Awaitable[Collection[str]]]


class AccessRecord(Schema):
    """One answer that showed what is not public. Nothing of what it showed is here."""

    read_at: datetime
    client_id: str
    organisation_id: UUID | None = Field(description="The body that the client acts for.")
    scopes: list[str] = Field(description="By which of its scopes the client was let in.")
    operation: str = Field(description="The operation of this document, or the path of a page.")
    entity: str | None = Field(
        description="The identifiers in the address; of a list those in its filter, or null without any."
    )
    filter: dict[str, str] = Field(
        description="What a list was narrowed to. Of text that somebody typed only that there was some: `…`."
    )
    request_id: str | None


async def _nothing_more(_session: AsyncSession, _entity: str) -> Collection[str]:
    return ()


def access_log_router(operation_id: str, tag: str, belonging: Belonging = _nothing_more) -> APIRouter:
    """The route that reads a service's access log. Reading it is a reading, too.

    Readings of what is `belonging` to an entity are found by the entity.
    """
    router = APIRouter(route_class=TransactionalRoute, tags=[tag])

    @router.get(
        "/access-log",
        operation_id=operation_id,
        dependencies=[Depends(AUDIT)],
        responses=problem_responses(InvalidCursor),
    )
    async def read_access_log(
        session: SessionDep,
        client: Annotated[Key | None, Query(description="Readings by this client.")] = None,
        entity: Annotated[
            Key | None, Query(description="Readings of this entity, by its identifier, and of what belongs to it.")
        ] = None,
        cursor: CursorParam = None,
        limit: LimitParam = 50,
    ) -> Page[AccessRecord]:
        """Who read what is not public, newest first. What is older than `SIXCLEAR_ACCESS_LOG_DAYS` is deleted."""
        context = f"access log {client} {entity}"
        before = decode_cursor(cursor, int, context=context)[0] if cursor else None
        entities = None if entity is None else {entity, *await belonging(session, entity)}
        found = await access_log.list_readings(
            session, client_id=client, entities=entities, before=before, limit=limit + 1
        )
        return page_of(
            found,
            limit,
            item=lambda row: AccessRecord.model_validate(
                {name: value for name, value in row._mapping.items() if name != "access_record_id"}
            ),
            key=lambda row: (row[0],),
            context=context,
        )

    return router
