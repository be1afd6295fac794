"""`sixclear purge`: takes the earlier public versions of one entity out of a service's log, and has it sent again."""

import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from uuid import UUID

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.catalogue import EntityEvents
from sixclear.common.events.epoch import LogIncomplete
from sixclear.common.events.purge import NothingPublic, Plan, Purged, StillPublic, list_purges, plan, purge
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SOURCES, Service


async def purge_entity(
    settings: CommonSettings, entity: str, *, requested_by: str | None, reason: str, force: bool, dry_run: bool
) -> Sequence[str]:
    """Purge `entity`, given as `task/<id>` or with its topic; what was done, in lines for a person.

    With `dry_run` nothing is changed. Raises `CannotStart` for an entity that there is not, that is still public and
    not forced, for a database that is away, and while a restore runs.
    """
    service, kind, entity_id = _named(entity)
    async with _database(settings, service) as database:
        try:
            async with database.session() as session:
                found = await plan(session, kind, entity_id)
                before = await list_purges(session, kind.entity_type, entity_id)
            if found.was_public and not force:
                raise StillPublic
            if dry_run:
                return [*_planned(kind, entity_id, found), *_so_far(before)]
            await purge(
                database,
                kind,
                entity_id,
                requested_by=requested_by or getpass.getuser(),
                reason=reason,
                now=utc_now(),
                even_if_public=force,
            )
            async with database.session() as session:
                done = await list_purges(session, kind.entity_type, entity_id)
        except NothingPublic as error:
            raise CannotStart(
                f"No event of {kind.entity_type} {entity_id} was ever published by {service.name}.",
                "Look at its address in the API, and at the kind of entity.",
            ) from error
        except StillPublic as error:
            raise CannotStart(
                f"{kind.entity_type} {entity_id} is public: the figures of past days count its versions.",
                _way_out(kind),
            ) from error
    if not done:
        return [f"Of {kind.entity_type} {entity_id} no earlier public version is in the log: nothing was done."]
    return _so_far(done)


def _way_out(kind: EntityEvents) -> str:
    force = "--force takes out all but its newest public version, and changes figures of the past."
    return f"Make it restricted first. {force}" if kind.withdrawal else force


def _planned(kind: EntityEvents, entity_id: UUID, found: Plan) -> Sequence[str]:
    stays = "its newest public version" if found.was_public else "that it was withdrawn"
    return [
        f"Of {kind.entity_type} {entity_id} {len(found.versions)} public versions would be taken out;"
        f" version {found.kept_version} stays: {stays}.",
        "Nothing was changed.",
    ]


def _so_far(purges: Sequence[Purged]) -> Sequence[str]:
    return [line for one in purges for line in _said(one)]


def _said(one: Purged) -> Sequence[str]:
    why = one.reason or "no reason was given"
    cleared = "not yet: its relay does it once everything is sent again" if one.broker_cleared_at is None else "yes"
    return [
        f"{one.requested_at:%Y-%m-%d %H:%M:%S}Z: {len(one.versions)} public versions of {one.entity_type}"
        f" {one.entity_id} were taken out by {one.requested_by} ({why}).",
        f"The log is in epoch {one.epoch} since; version {one.kept_version} stays. Deleted from Kafka, where there is"
        f" one: {cleared}.",
    ]


def _named(entity: str) -> tuple[Service, EntityEvents, UUID]:
    """The service, the kind and the identifier of `task/<id>` or `sixclear.tasks.task.v1/<id>`."""
    name, _, given = entity.rpartition("/")
    try:
        entity_id = UUID(given)
    except ValueError as error:
        raise CannotStart(
            f"{entity!r} names no entity.", "Give its kind, a slash and its identifier: task/0198a3c4-…"
        ) from error
    for service in SOURCES:
        catalogue = import_module(f"{service.package}.events").EVENTS
        for kind in catalogue.entities:
            if name in (kind.entity_type, catalogue.topic(kind.entity_type)):
                return service, kind, entity_id
    raise CannotStart(f"No service publishes entities of the kind {name!r}.", f"Kinds: {_kinds()}.")


def _kinds() -> str:
    """Every kind of entity once, with the services that publish it."""
    publish: dict[str, list[str]] = {}
    for service in SOURCES:
        for kind in import_module(f"{service.package}.events").EVENTS.entities:
            publish.setdefault(kind.entity_type, []).append(service.name)
    return ", ".join(f"{kind} ({' and '.join(services)})" for kind, services in publish.items())


@asynccontextmanager
async def _database(settings: CommonSettings, service: Service) -> AsyncIterator[Database]:
    """The database of a service; what it refuses is told as `sixclear epoch` tells it."""
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [service], stack)
        database = Database(urls[service.name], application_name="sixclear-purge", pool_size=1)
        stack.push_async_callback(database.close)
        try:
            yield database
        except LogIncomplete as error:
            raise CannotStart(
                f"The event log of {service.name} is not whole, or not there.",
                "Wait until a restore has ended, then try again.",
            ) from error
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None) or "no code"
            raise CannotStart(
                f"The database of {service.name} refuses ({state}); nothing was changed.",
                f"Use the role that owns its tables in {database_variable(service)}, of a database that this release"
                " has migrated (`sixclear migrate`).",
            ) from error
        except (OSError, TimeoutError, PostgresError) as error:
            raise CannotStart(
                f"The database of {service.name} does not answer.",
                f"Start it, or mend {database_variable(service)}, then try again.",
            ) from error
