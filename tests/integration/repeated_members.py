"""A body that names a member twice, sent to every address of a service that takes one."""

import re
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

import httpx2
from starlette.applications import Starlette

from sixclear.common.web.access import access_rules

_REFUSED = [{"pointer": "#/deep/0/title", "code": "repeated-member", "detail": "Write each member of an object once."}]


def _another_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def refuse_repeated_members(
    app: Starlette, http: httpx2.AsyncClient, headers: Callable[[], Mapping[str, str]], *others: str
) -> None:
    """Every address that takes JSON answers 400 with the place of the member; paths that end with `others` differ."""
    tried = 0
    for method, path, _ in access_rules(app):
        if method not in {"POST", "PUT", "PATCH"} or path.endswith(others):
            continue
        sent = {"Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json"}
        sent |= {"Idempotency-Key": str(uuid4()), **headers()}
        body = b'{"deep": [{"title": "a", "title": "b"}]}'
        response = await http.request(method, re.sub(r"\{\w+\}", str(UUID(int=1)), path), content=body, headers=sent)
        assert (response.status_code, response.json()["code"]) == (400, "malformed-request"), (path, response.text)
        assert response.json()["errors"] == _REFUSED, path
        # An answer must not hold what cannot be written: half a surrogate pair, in a name that the sender chose.
        for half in (b'{"\\ud800": 1, "\\ud800": 2}', b'{"a\\udfff": {"\\ud800": 1}}', b'["\\ud800"]'):
            response = await http.request(
                method, re.sub(r"\{\w+\}", str(UUID(int=1)), path), content=half, headers=sent | _another_key()
            )
            assert 400 <= response.status_code < 500, (path, response.text)
        tried += 1
    assert tried > 2
