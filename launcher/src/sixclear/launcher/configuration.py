"""Settings for people: the reference page, and the effective values of a process without its secrets."""

import os
import re
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from sixclear.common.settings import CommonSettings
from sixclear.launcher.options import common_settings, default_host, default_port, problems_of, variable_of
from sixclear.launcher.registry import SERVICES, Service

_LAUNCHER = (
    ("PORT", "int", "8000", "Port of the process; of the first one in a cluster."),
    ("SIXCLEAR_HOST", "str", "127.0.0.1", "Address to listen on; `0.0.0.0` in a container."),
    ("SIXCLEAR_<SERVICE>_URL", "str", "", "Where the portal finds a service that runs elsewhere, `http://host:port`."),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "str", "", "Collector for traces over OTLP/HTTP; all standard `OTEL_…` hold."),
)
_INTRODUCTION = """# Configuration

Every setting is an environment variable. This page is generated from the code (`make contracts`).
`sixclear check-config` prints what a process would use, without secrets.
"""


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
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    if choices:
        return " | ".join(choices)
    return getattr(field.annotation, "__name__", None) or str(field.annotation).replace("typing.", "")


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "(required)"
    return "" if field.default is None else str(field.default)


def effective(services: Sequence[Service], *, supplied: frozenset[str]) -> tuple[list[str], list[str]]:
    """Lines `VARIABLE=value` with secrets masked, and what is wrong; `supplied` are set by the launcher itself."""
    lines: list[str] = []
    problems: list[str] = []
    classes: list[type[BaseSettings]] = [CommonSettings, *(service.settings_class() for service in services)]
    for settings in classes:
        given: dict[str, Any] = {
            name: f"postgresql+asyncpg://(embedded)/{name}"
            for name in settings.model_fields
            if variable_of(settings, name) in supplied and variable_of(settings, name) not in os.environ
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


def _masked(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "(secret)"
    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1(secret)@", "" if value is None else str(value))
