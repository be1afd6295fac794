"""An address of PostgreSQL is taken as its provider gives it, or refused with what to change."""

from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from sixclear.common.database_address import DatabaseAddress, database_address

_ADAPTER: TypeAdapter[str] = TypeAdapter(DatabaseAddress)


def _arguments(text: str) -> dict[str, object]:
    """What the driver is given."""
    dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
    _, arguments = dialect.create_connect_args(make_url(database_address(text)))  # type: ignore[no-untyped-call]
    return dict(arguments)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_the_scheme_of_each_provider_is_taken(scheme: str) -> None:
    assert _arguments(f"{scheme}://tasks:p%40ss@db.example:5433/sixclear") == {
        "user": "tasks",
        "password": "p@ss",
        "host": "db.example",
        "port": 5433,
        "database": "sixclear",
    }


@pytest.mark.parametrize("parameter", ["sslmode=verify-full", "ssl=verify-full"])
def test_tls_is_asked_for_in_the_words_of_libpq(parameter: str) -> None:
    assert _arguments(f"postgresql://u:p@db/x?{parameter}")["ssl"] == "verify-full"


def test_certificates_reach_the_driver(tmp_path: Path) -> None:
    authority, key = tmp_path / "a b&c.crt", tmp_path / "key"
    authority.touch()
    key.touch()
    text = f"postgresql://u@db/x?sslmode=verify-full&sslrootcert={quote(str(authority))}&sslkey={key}&sslcert={key}"
    arguments = _arguments(text)
    assert set(arguments) == {"user", "host", "database", "ssl", "dsn"}
    assert "a+b%26c.crt" in str(arguments["dsn"])


def test_the_authorities_of_the_machine() -> None:
    assert "sslrootcert" in str(_arguments("postgresql://u@db/x?sslmode=verify-full&sslrootcert=system")["dsn"])


def test_several_hosts_of_which_one_writes() -> None:
    arguments = _arguments("postgresql://u:p@one,two:5433/x?target_session_attrs=read-write")
    assert arguments["host"] == ["one", "two"]
    assert arguments["port"] == [5432, 5433]
    assert arguments["target_session_attrs"] == "read-write"


def test_an_address_that_was_read_is_read_the_same_again() -> None:
    for text in (
        "postgresql+asyncpg:///sixclear?host=/run/postgresql",
        "postgresql://u:p%25%40@one,two/x?sslmode=require&sslnegotiation=direct",
    ):
        assert database_address(database_address(text)) == database_address(text)


def test_what_only_matters_to_libpq_is_left_out() -> None:
    text = "postgresql://u@db/x?application_name=a&connect_timeout=5&channel_binding=prefer&gssencmode=disable"
    assert set(_arguments(text)) == {"user", "host", "database"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "postgresql://user:password@host"),
        ("mysql://u:hush@db/x", "postgresql://user:password@host"),
        ("postgresql+psycopg://u:hush@db/x", "postgresql://user:password@host"),
        ("postgresql://u:hu/sh@db:x/y", "percent-encoding"),
        ("postgresql://u:hush@hush@db/x", "percent-encoding"),
        ("postgresql://", "neither host nor database"),
        ("postgresql://u:hush@db/x?sslmode=sometimes", "verify-full"),
        ("postgresql://u:hush@db/x?channel_binding=require", "channel_binding"),
        ("postgresql://u:hush@db/x?sslmode=verify-full&sslrootcert=/not/there", "sslrootcert is not there"),
        ("postgresql://u:hush@db/x?pgbouncer=true", "pgbouncer"),
    ],
)
def test_what_cannot_be_kept_is_refused_without_the_password(text: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _ADAPTER.validate_python(text)
    [error] = refused.value.errors(include_url=False, include_input=False)
    assert says in error["msg"]
    assert "hush" not in error["msg"]
