"""Addresses of PostgreSQL, as its providers hand them out, made into what our driver takes."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from sixclear.common.secret_files import SECRET

DRIVER = "postgresql+asyncpg"
_ENCODE = "cannot be read; a password with signs such as @ / # % is written in percent-encoding"
_SCHEMES = frozenset({"postgres", "postgresql", DRIVER})
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_FILES = frozenset({"sslrootcert", "sslcert", "sslkey", "sslcrl"})
# What the driver reads in an address of its own, and SQLAlchemy would hand over as an argument that it does not know.
_OF_DRIVER = _FILES | {
    "sslpassword",
    "sslnegotiation",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "krbsrvname",
    "gsslib",
    "options",
}
# Understood by SQLAlchemy or as an argument of the driver.
_ARGUMENTS = frozenset({"host", "port", "target_session_attrs", "prepared_statement_cache_size", "dsn"})
# libpq's, without a meaning here: we set our own name and limits, and the driver has neither GSS encryption nor these.
_WITHOUT_MEANING = frozenset(
    {
        "application_name",
        "fallback_application_name",
        "client_encoding",
        "connect_timeout",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        "sslcompression",
        "sslsni",
    }
)
# Asking for more than the driver can do must not be dropped.
_ONLY_IF_OPTIONAL = {"channel_binding": ("disable", "prefer"), "gssencmode": ("disable", "prefer")}


def database_address(text: str) -> str:
    """The address for SQLAlchemy and asyncpg of a libpq address such as `postgresql://…?sslmode=verify-full`.

    Takes `postgres://`, `postgresql://` and `postgresql+asyncpg://`, several hosts, and libpq's parameters of TLS with
    `sslrootcert=system` for the authorities of the machine. What is in the address already for our driver stays as it
    is. Raises PydanticCustomError without the value, which holds a password.
    """
    url = _parsed(text)
    arguments: dict[str, str | tuple[str, ...]] = {}
    of_driver: dict[str, str] = {}
    for name, value in url.query.items():
        if name in _ARGUMENTS:
            arguments[name] = value
        elif name in _WITHOUT_MEANING or str(value) in _ONLY_IF_OPTIONAL.get(name, ()):
            continue
        elif name in ("ssl", "sslmode"):
            arguments["ssl"] = _mode(str(value))
        elif name in _OF_DRIVER:
            of_driver[name] = _certificates(name, str(value))
        else:
            raise _refused(f"the parameter {_shown(name)} cannot be kept by the driver; take it out of the address")
    if of_driver:
        arguments["dsn"] = f"postgresql:///?{urlencode(of_driver)}"
    return _rendered(url, arguments)


def _parsed(text: str) -> URL:
    scheme = text.partition("://")[0]
    if scheme not in _SCHEMES or "://" not in text:
        raise _refused("write the address as postgresql://user:password@host:5432/database?sslmode=verify-full")
    place = text.partition("://")[2].partition("/")[0].partition("?")[0]
    if place.count("@") > 1:
        raise _refused(_ENCODE)
    try:
        url = make_url(_spread_hosts(text))
    except (ArgumentError, ValueError) as error:
        raise _refused(_ENCODE) from error
    if not url.database and not url.host and not url.query:
        raise _refused("names neither host nor database")
    return url


def _spread_hosts(text: str) -> str:
    """`postgresql://h1:5432,h2:5432/db` as SQLAlchemy wants several hosts: one parameter each."""
    scheme, _, rest = text.partition("://")
    place, slash, tail = rest.partition("/")
    user, at, hosts = place.rpartition("@")
    if "," not in hosts:
        return text
    path, _, query = tail.partition("?")
    named = [host if host.rpartition(":")[2].isdigit() else f"{host}:5432" for host in hosts.split(",")]
    parameters = "&".join([*(f"host={host}" for host in named), *([query] if query else [])])
    return f"{scheme}://{user}{at}{slash or '/'}{path}?{parameters}"


def _mode(value: str) -> str:
    mode = {"true": "require", "false": "disable"}.get(value.lower(), value)
    if mode not in _MODES:
        raise _refused(f"sslmode is one of {', '.join(_MODES)}")
    return mode


def _certificates(name: str, value: str) -> str:
    if name == "sslrootcert" and value == "system":
        found = ssl.get_default_verify_paths()
        value = found.cafile or found.openssl_cafile
    if name in _FILES and not Path(value).is_file():
        raise _refused(f"the file of {name} is not there")
    return value


def _rendered(url: URL, arguments: Mapping[str, str | tuple[str, ...]]) -> str:
    changed = url.set(drivername=DRIVER, query=arguments)
    return changed.render_as_string(hide_password=False)


def _shown(name: str) -> str:
    """A parameter's name; what does not look like one may be a piece of a password."""
    return name if name.isascii() and name.replace("_", "").isalpha() and len(name) <= 40 else "after `?`"


def _refused(words: str) -> PydanticCustomError:
    return PydanticCustomError("database_address", "{words}", {"words": words})


# What the setting is, in the configuration page of each service.
DATABASE_ADDRESS = "PostgreSQL of this service, `postgresql://user:password@host:5432/database?sslmode=verify-full`."
# The address of a service's database in its settings; a secret, because it may hold a password.
DatabaseAddress = Annotated[str, AfterValidator(database_address), SECRET]
