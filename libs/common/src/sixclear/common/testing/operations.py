"""Which operation of an OpenAPI document a request asks for, and whether its refusals are the described ones."""

import re
from collections.abc import Mapping
from typing import Any

import httpx2

# What a test puts into a service, and no service has.
_ONLY_IN_TESTS = frozenset({"only-tried"})


class Operations:
    """The operations of a document, found by the method and the address of a request."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.listed: list[tuple[str, re.Pattern[str], str, dict[str, Any]]] = [
            (method, address_of(path, operation), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        # A path without parameters comes before one that its words would fit.
        self.listed.sort(key=lambda one: one[2].count("{"))

    def asked(self, request: httpx2.Request) -> dict[str, Any] | None:
        """The operation that the request asks for; None where the document has none."""
        method, address = request.method.lower(), request.url.path
        return next((one[3] for one in self.listed if one[0] == method and one[1].fullmatch(address)), None)


def address_of(path: str, operation: Mapping[str, Any]) -> re.Pattern[str]:
    """What addresses an operation has; a parameter whose own pattern has a slash may hold some."""
    deep = {one["name"] for one in operation.get("parameters", []) if "/" in one.get("schema", {}).get("pattern", "")}
    return re.compile(re.sub(r"\{(\w+)\}", lambda named: "(.+)" if named[1] in deep else "([^/]+)", path))


class DeclaredRefusals:
    """For `event_hooks["response"]` of a client: a refusal whose code its operation does not name fails the test.

    So every test of a service that is refused something compares the service with its description.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._operations = Operations(document)

    async def __call__(self, response: httpx2.Response) -> None:
        """Raises AssertionError."""
        if response.headers.get("content-type") != "application/problem+json":
            return
        operation = self._operations.asked(response.request)
        if operation is None:
            return
        await response.aread()
        if not response.content:
            return
        problem = response.json()
        self._compare(operation, str(response.status_code), problem["code"])
        if "requestBody" not in operation:
            pointing = [one for one in problem.get("errors", ()) if "pointer" in one]
            assert not pointing, f"{operation['operationId']} has no body to which a refusal could point: {pointing}"

    def _compare(self, operation: Mapping[str, Any], status: str, code: str) -> None:
        answer = operation["responses"].get(status) or operation["responses"]["default"]
        named = f"`{code}`: " in answer["description"] or code in _ONLY_IN_TESTS
        assert named, f"{operation['operationId']} answers {status} `{code}`, which its description does not name"
