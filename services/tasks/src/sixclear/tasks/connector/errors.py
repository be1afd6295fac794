"""Refusals of requests on connectors."""

from sixclear.common.errors import DomainError


class ConnectorNotFound(DomainError):
    code, status, title = "connector-not-found", 404, "Connector not found"
    meaning = "No connector of the caller's body has this identifier."
    remedy = "Check the identifier, or find the connector in the list of connectors."


class ConnectorInactive(DomainError):
    code, status, title = "connector-inactive", 409, "The connector is switched off"
    meaning = "Nothing is sent by a connector that its body has switched off."
    remedy = "Describe the connector again with `active`, then ask for deliveries."


class TooManyConnectors(DomainError):
    code, status, title = "too-many-connectors", 409, "The body has too many connectors"
    meaning = "A body may have a limited number of connectors; each takes many tasks."
    remedy = "Describe one of them again under its name in place of a new one."
