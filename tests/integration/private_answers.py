"""What every service's answers must say to caches."""

import re
from collections.abc import Mapping
from typing import Any

import httpx2
from starlette.applications import Starlette

from sixclear.common.web.access import access_rules

_SOMETHING = "00000000-0000-4000-8000-000000000001"


async def walk_private_answers(app: Starlette, http: httpx2.AsyncClient, token: Mapping[str, str]) -> set[int]:
    """Ask every route of `app` with `token`, and without one where it asks for it: no answer may be kept.

    The statuses that were seen, so that the caller can say that some were successes.
    """
    statuses: set[int] = set()
    for method, path, rule in access_rules(app):
        if path.endswith("/stream"):
            continue  # it does not end; HEAD is asked below
        address = re.sub(r"\{[^}]*\}", _SOMETHING, path)
        answers = [await http.request("GET" if method == "*" else method, address, headers=dict(token))]
        if rule is not None and rule.scopes:
            answers.append(await http.request(method, address))
        for answer in answers:
            said = answer.headers.get("cache-control")
            assert said == "no-store", (method, path, answer.status_code, said)
            statuses.add(answer.status_code)
    return statuses


async def kept(http: httpx2.AsyncClient, path: str, **headers: Any) -> bool:
    """Whether caches may keep the answer to a stranger's question, which must be a success."""
    answer = await http.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return "no-store" not in answer.headers.get("cache-control", "")
