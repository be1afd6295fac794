"""The written contracts, made from the code: OpenAPI, AsyncAPI, the references of settings and of problems, the realms.

`python -m sixclear.launcher.contracts` writes them; with `--check` it only compares and fails on a difference.
"""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sixclear.common.clock import utc_now
from sixclear.common.events.catalogue import EntityEvents, EventCatalogue
from sixclear.common.web.openapi import CONTACT
from sixclear.launcher.configuration import configuration_reference
from sixclear.launcher.identity_realms import shipped_realms
from sixclear.launcher.problems import problem_list, problem_reference, problem_template, problems
from sixclear.launcher.registry import SERVICES, Service

_HEADERS: dict[str, tuple[str, str]] = {
    "ce_specversion": ("string", "`1.0`."),
    "ce_id": ("string", "`epoch-position`: unique within the source."),
    "ce_source": (
        "string",
        "`/sixclear/<service>`; `/sixclear/<installation>/<service>` with a named installation.",
    ),
    "ce_type": ("string", "What happened."),
    "ce_subject": ("string", "The entity's identifier; also the record's key."),
    "ce_time": ("string", "When it became true in the world, RFC 3339 in UTC."),
    "ce_recordedat": ("string", "When the source learnt it, RFC 3339 in UTC."),
    "ce_position": ("string", "Place in the source's log: a decimal number that grows."),
    "ce_epoch": ("string", "Raised when the source was restored: read everything again."),
    "ce_version": ("string", "Version of the entity after the change: 1, 2, 3 …"),
    "ce_previousversion": ("string", "Version of the entity's previous published event; absent for the first."),
    "content-type": ("string", "`application/json`."),
    "traceparent": ("string", "W3C trace context of the request that made the event."),
}
_KAFKA: dict[str, Any] = {
    "host": "{bootstrap}",
    "protocol": "kafka",
    "description": "The brokers of the installation; without security only on a closed network.",
    "variables": {"bootstrap": {"default": "localhost:9092", "description": "Host and port of a broker."}},
    "security": [{"$ref": "#/components/securitySchemes/plain"}, {"$ref": "#/components/securitySchemes/scram"}],
}
_SECURITY: dict[str, Any] = {
    "plain": {"type": "plain", "description": "SASL PLAIN, over TLS."},
    "scram": {"type": "scramSha512", "description": "SASL SCRAM-SHA-512, over TLS."},
}
_OPTIONAL_HEADERS = {"ce_previousversion", "traceparent"}


def documents(root: Path) -> dict[Path, str]:
    """Every generated file below the project's `root`, with its text."""
    reference = root / "docs" / "reference"
    words = root / "services" / "portal" / "src" / "sixclear" / "portal" / "words"
    codes = problems()
    found = {
        reference / "configuration.md": configuration_reference(),
        reference / "problems.md": problem_reference(codes),
        words / "problems.json": problem_list(codes),
        words / "translations" / "problems.pot": problem_template(codes),
        **{root / "deploy" / "keycloak" / name: _text(content) for name, content in shipped_realms().items()},
    }
    for service in SERVICES:
        folder = root / "services" / service.name / "contracts"
        if (description := _openapi(service)) is not None:
            found[folder / "openapi.json"] = _text(description)
        if find_spec(f"{service.package}.events") is not None:
            catalogue: EventCatalogue = import_module(f"{service.package}.events").EVENTS
            found[folder / "asyncapi.json"] = _text(asyncapi(catalogue))
    return found


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _openapi(service: Service) -> dict[str, Any] | None:
    """What the service's application says of itself; None for one that offers pages, not an interface."""
    if not service.has_database:
        return None
    create_app = import_module(f"{service.package}.app").create_app
    settings = service.settings_class()(database_url="postgresql+asyncpg://only-described/")
    described: dict[str, Any] = create_app(settings, clock=utc_now).openapi()
    return described


def asyncapi(catalogue: EventCatalogue) -> dict[str, Any]:
    """AsyncAPI 3.0 of what a service publishes: one channel per kind of entity, one message per change."""
    messages = {name: message for entity in catalogue.entities for name, message in _messages(catalogue, entity)}
    schemas = {name: schema for entity in catalogue.entities for name, schema in _schemas(entity)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Events of {catalogue.service}",
            "version": version("sixclear"),
            "contact": CONTACT,
            "license": {"name": "Apache License 2.0"},
            "tags": [{"name": catalogue.service, "description": f"What {catalogue.service} publishes."}],
            "description": (
                "CloudEvents 1.0 on Kafka in binary mode, keyed by entity. `data` is the whole public state after the "
                "change. Take an event only when its version is greater than what you hold."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": _KAFKA},
        "channels": {entity.entity_type: _channel(catalogue, entity) for entity in catalogue.entities},
        "operations": {
            f"send_{entity.entity_type}": {
                "action": "send",
                "description": f"The service tells of each change. {entity.description}",
                "channel": {"$ref": f"#/channels/{entity.entity_type}"},
                "messages": [
                    {"$ref": f"#/channels/{entity.entity_type}/messages/{change}"} for change in entity.changes
                ],
            }
            for entity in catalogue.entities
        },
        "components": {
            "messages": messages,
            "schemas": {"Headers": _headers()} | schemas,
            "securitySchemes": _SECURITY,
        },
    }


def _channel(catalogue: EventCatalogue, entity: EntityEvents) -> dict[str, Any]:
    return {
        "address": catalogue.topic(entity.entity_type),
        "description": entity.description,
        "bindings": {"kafka": {"topic": catalogue.topic(entity.entity_type)}},
        "messages": {
            change: {"$ref": f"#/components/messages/{entity.entity_type}.{change}"} for change in entity.changes
        },
    }


def _messages(catalogue: EventCatalogue, entity: EntityEvents) -> Iterator[tuple[str, dict[str, Any]]]:
    for change, meaning in entity.changes.items():
        yield (
            f"{entity.entity_type}.{change}",
            {
                "name": catalogue.event_type(entity.entity_type, change),
                "summary": meaning,
                "contentType": "application/json",
                "headers": {"$ref": "#/components/schemas/Headers"},
                "payload": {"$ref": f"#/components/schemas/{entity.data.__name__}"},
                "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}}},
            },
        )


def _schemas(entity: EntityEvents) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = entity.data.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    yield from schema.pop("$defs", {}).items()
    yield entity.data.__name__, schema


def _headers() -> dict[str, Any]:
    return {
        "type": "object",
        "required": [name for name in _HEADERS if name not in _OPTIONAL_HEADERS],
        "properties": {name: {"type": kind, "description": meaning} for name, (kind, meaning) in _HEADERS.items()},
    }


def main(arguments: list[str]) -> int:
    """Write, or compare with `--check`: then 1 when a file differs from the code."""
    root = Path(__file__).resolve().parents[4]
    made = documents(root)
    changed = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" not in arguments:
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
        return 0
    for path in changed:
        print(f"{path.relative_to(root)} is not what the code says: run `make contracts`", file=sys.stderr)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
