"""Settings for people: the reference page, and the effective values of a process without its secrets."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from sixclear.common.secret_files import is_secret, variable_of
from sixclear.common.settings import CommonSettings
from sixclear.launcher.options import common_settings, default_host, default_port, problems_of
from sixclear.launcher.registry import SERVICES, Service
from sixclear.launcher.variables import wrong_variables

_LAUNCHER = (
    ("PORT", "number", "8000", "Port of the process; of the first one in a cluster."),
    ("SIXCLEAR_HOST", "text", "127.0.0.1", "Address to listen on; `0.0.0.0` in a container."),
    ("SIXCLEAR_KAFKA_CACHE", "file", "", "Where `cluster` keeps the jars of Apache Kafka; without it: under the home."),
    (
        "SIXCLEAR_<SERVICE>_URL",
        "address",
        "",
        "Where the portal finds a service that runs elsewhere, `http://host:port`.",
    ),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "address", "", "Collector for traces over OTLP/HTTP."),
    ("OTEL_TRACES_EXPORTER", "otlp | none", "otlp", "`none` sends no spans although an endpoint is named."),
    (
        "OTEL_TRACES_SAMPLER",
        "text",
        "parentbased_traceidratio",
        "`always_on`, `always_off` or `traceidratio`, each also with `parentbased_` before it: then callers that are"
        " trusted decide for their calls.",
    ),
    ("OTEL_TRACES_SAMPLER_ARG", "number", "", "The share; without it `SIXCLEAR_TRACE_RATIO`."),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "http/protobuf", "Another one is refused at start."),
    ("PGSSLMODE", "text", "", "`sslmode` of database addresses that name none."),
    ("PGSSLROOTCERT", "file", "", "The authorities that sign the database servers' certificates, PEM."),
    ("PGSSLCERT", "file", "", "The client's own certificate for databases, PEM."),
    ("PGSSLKEY", "file", "", "The key of that certificate, PEM."),
)
_INTRODUCTION = """# Configuration

Every setting is an environment variable. This page is generated from the code (`make contracts`).
`sixclear check-config` prints what a process would use, without secrets; with `--connect` it also tries the
databases, brokers and identity provider that are named.

A variable of the kind *secret* may stand in a file instead: `SIXCLEAR_KAFKA_PASSWORD_FILE=/run/secrets/kafka` in
place of `SIXCLEAR_KAFKA_PASSWORD`; `SIXCLEAR_CLIENT_SECRET_FILE` is read again at each renewal of a token, the others
once. A `SIXCLEAR_…` variable that is not on this page ends every command with a message.

Of the standard variables of OpenTelemetry those below hold, and `OTEL_RESOURCE_ATTRIBUTES` (all but `service.name`),
`OTEL_SDK_DISABLED`, `OTEL_BSP_…`, `OTEL_SPAN_…` and what else `OTEL_EXPORTER_OTLP_…` has for traces. One that asks for
what is not there (`OTEL_SERVICE_NAME`, `OTEL_PROPAGATORS=b3`, another exporter) ends every command, too.

The address of a database is libpq's: `postgres://` or `postgresql://`, several hosts with `target_session_attrs`, and
`sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `sslcrl`, `sslnegotiation`. Where an operator's secret holds the address
and cannot be changed, libpq's variables below add to it. `channel_binding=require` is refused, for the driver cannot
keep it.
"""


# What a person writes for a value of the type.
_KINDS = {bool: "true | false", float: "number", int: "number", list: "list", Path: "file", str: "text", UUID: "UUID"}


def configuration_reference() -> str:
    """The reference page, in Markdown."""
    sections = [_INTRODUCTION, _table("Process", _LAUNCHER), _table("All services", _rows(CommonSettings))]
    sections += [_table(service.name, _rows(service.settings_class())) for service in SERVICES]
    return "\n".join(sections)


def _table(title: str, rows: Sequence[tuple[str, str, str, str]]) -> str:
    lines = [f"## {title}\n", "| Variable | Kind | Default | Meaning |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {_cell(kind)} | {_cell(default)} | {meaning} |" for name, kind, default, meaning in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def _rows(settings: type[BaseSettings]) -> list[tuple[str, str, str, str]]:
    return [
        (variable_of(settings, name), _kind(field), _default(field), field.description or "")
        for name, field in settings.model_fields.items()
    ]


def _kind(field: FieldInfo) -> str:
    if is_secret(field):
        return "secret"
    kind = _without_none(field.annotation)
    choices = [choice for choice in get_args(kind) if isinstance(choice, str)]
    if choices and get_origin(kind) is Literal:
        return " | ".join(choices)
    return _KINDS[get_origin(kind) or kind]


def _without_none(annotation: Any) -> Any:
    """The type that a value has when there is one, without what validates it."""
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    if NoneType in get_args(annotation) or get_origin(annotation) is Annotated:
        return _without_none(kinds[0])
    return annotation


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "(required)"
    return "" if field.default is None else str(field.default)


def effective(services: Sequence[Service], *, supplied: frozenset[str]) -> tuple[list[str], list[str]]:
    """Lines `VARIABLE=value` with secrets masked, and what is wrong; `supplied` are set by the launcher itself."""
    lines: list[str] = []
    problems = wrong_variables(os.environ)
    classes: list[type[BaseSettings]] = [CommonSettings, *(service.settings_class() for service in services)]
    for settings in classes:
        given: dict[str, Any] = {
            name: f"postgresql+asyncpg://(embedded)/{name}"
            for name in settings.model_fields
            if variable_of(settings, name) in supplied and not _is_set(variable_of(settings, name))
        }
        try:
            loaded = settings(**given)
        except ValidationError as error:
            problems += problems_of(settings, error)
            continue
        if isinstance(loaded, CommonSettings):
            loaded = common_settings(default_host(), default_port())
        lines += [
            f"{variable_of(settings, name)}={'(embedded)' if name in given else _masked(getattr(loaded, name))}"
            for name in settings.model_fields
        ]
    return lines, problems


def _is_set(variable: str) -> bool:
    return variable in os.environ or f"{variable}_FILE" in os.environ


def _masked(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "(secret)"
    shown = re.sub(r"(://[^:/@]*:)[^@]*@", r"\1(secret)@", "" if value is None else str(value))
    # What the driver reads by itself: files, and perhaps the password of a key.
    return re.sub(r"([?&]dsn=)[^&]*", r"\1(given)", shown)
