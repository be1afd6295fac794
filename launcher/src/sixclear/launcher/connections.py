"""`sixclear check-config --connect`: whether what the settings name answers, before a process is started with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass

import asyncpg
import httpx2
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from sixclear.common.auth.introspection import Introspection
from sixclear.common.auth.own_token import NoToken, OwnToken
from sixclear.common.auth.provider import Unusable
from sixclear.common.auth.token_keys import KeyUrl
from sixclear.common.db import Database
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.schema_version import newest
from sixclear.common.settings import CommonSettings
from sixclear.launcher.brokers import security_of
from sixclear.launcher.databases import address_of, database_variable, without_database
from sixclear.launcher.registry import Service

_SECONDS = 15.0
_OLDEST_POSTGRESQL = 17  # `transaction_timeout`
_SCHEMA = text("SELECT version_num FROM alembic_version")
_HAS_SCHEMA = text("SELECT to_regclass('alembic_version') IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried, whether it answered, and what it said: never a secret."""

    name: str
    answered: bool
    said: str


async def tried(settings: CommonSettings, services: Sequence[Service]) -> AsyncIterator[Tried]:
    """Each named database, broker and identity provider in turn; what is embedded is not there yet and is left out."""
    embedded = without_database(services)
    for service in services:
        if service.has_database and service not in embedded:
            yield await _answer(database_variable(service), _database(service))
    if settings.kafka_bootstrap_servers is not None:
        yield await _answer("SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS", _brokers(settings, settings.kafka_bootstrap_servers))
    if settings.outside_provider:
        yield await _answer("SIXCLEAR_JWKS_URL" if settings.jwks_url else "SIXCLEAR_ISSUER_URL", _keys(settings))
    introspection = Introspection.from_settings(settings)
    if introspection is not None:
        yield await _answer("SIXCLEAR_IDENTITY_INTROSPECTION", _introspection(introspection))
    if settings.client_id is not None:
        yield await _answer("SIXCLEAR_CLIENT_ID", _own_token(settings))


async def _answer(name: str, work: Awaitable[str]) -> Tried:
    from sixclear.common.bus.kafka import KafkaFailed

    try:
        async with asyncio.timeout(_SECONDS):
            return Tried(name, True, await work)
    except TimeoutError:
        return Tried(name, False, f"no answer within {_SECONDS:.0f} s")
    except (CannotStart, NoToken, Unusable, KafkaFailed) as error:
        return Tried(name, False, str(error))
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, httpx2.HTTPError, OSError) as error:
        return Tried(name, False, _cause(error))


def _cause(error: BaseException) -> str:
    """The driver's or the server's own words, without the statement and its parameters."""
    origin = getattr(error, "orig", None) or error
    found = getattr(origin, "__cause__", None) or origin
    return f"{type(found).__name__}: {str(found).splitlines()[0] if str(found) else 'no more is known'}"


async def _database(service: Service) -> str:
    database = Database(address_of(service), application_name="sixclear-check", pool_size=1)
    try:
        async with database.session() as session:
            version = int(await session.scalar(text("SELECT current_setting('server_version_num')::int")) or 0)
            if version < _OLDEST_POSTGRESQL * 10_000:
                raise CannotStart(
                    f"PostgreSQL {version // 10_000} is too old.", f"Sixclear needs {_OLDEST_POSTGRESQL} or later."
                )
            found = await session.scalar(_SCHEMA) if await session.scalar(_HAS_SCHEMA) else None
    finally:
        await database.close()
    if found == newest(service.package):
        return f"PostgreSQL {version // 10_000}, schema of this release"
    return f"PostgreSQL {version // 10_000}, {f'schema {found}' if found else 'no schema yet'}: run sixclear migrate"


async def _brokers(settings: CommonSettings, servers: str) -> str:
    from sixclear.common.bus.kafka import BrokerView

    view = BrokerView(servers, security_of(settings))
    try:
        await view.start()
        topics = await view.partitions()
    finally:
        await view.stop()
    return f"{sum(name.startswith('sixclear.') for name in topics)} topics of sixclear"


async def _keys(settings: CommonSettings) -> str:
    keys = KeyUrl(settings.jwks_url, issuer=settings.issuer, ca_file=settings.identity_ca_file)
    return f"{len(list(await keys.fetch()))} public keys"


async def _introspection(introspection: Introspection) -> str:
    if await introspection.ask_once("not a token"):
        raise CannotStart("The provider says that `not a token` holds.", "Another server answers at this address.")
    return "the provider says whether a token holds"


async def _own_token(settings: CommonSettings) -> str:
    await OwnToken(settings).ask_once()
    return "the provider gave a token"
