"""What a call can end with instead of an answer."""

from typing import Any

import httpx2


class Problem(Exception):
    """A refusal (RFC 9457). Programs compare `code`; `detail` and `errors` say what to correct."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.code: str = body.get("code", "unknown")
        self.detail: str = body.get("detail") or body.get("title", "")
        self.errors: list[dict[str, Any]] = body.get("errors", [])
        self.request_id: str | None = body.get("request_id")
        super().__init__(f"{status} {self.code}: {self.detail}")


class PositionGone(Problem):
    """The log does not go on from the position: drop what was kept of it, and begin again."""


class NotReached(Exception):
    """No answer came, also after the repetitions. A change may have been made: repeat it under the same key."""


def problem_of(response: httpx2.Response) -> Problem:
    """The refusal that a response is; also of a gateway that answers without a body of ours."""
    try:
        body = response.json()
    except ValueError:
        body = None
    told = body if isinstance(body, dict) else {}
    kind = PositionGone if told.get("code") == "log-position-gone" else Problem
    return kind(response.status_code, told)
