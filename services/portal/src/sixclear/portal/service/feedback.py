"""Feedback as a citizen sends it: what the form must hold, what goes to the service, what went wrong in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from sixclear.portal.errors import Refused
from sixclear.portal.upstream.feedback import Case, Receipt
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Organisation, Programme
from sixclear.portal.words import KINDS

LONGEST_TEXT = 10_000
LONGEST_LINE = 300

FIELDS = ("form_key", "kind", "title", "text", "programme", "contact", "consent")
_NAMED_FIELDS = ("kind", "title", "text")


async def programmes(gateway: Gateway) -> Sequence[Programme]:
    """The programmes that a submission may name; none when they cannot be had, for the form works without."""
    found = await Parts().optional(gateway.tasks.programmes())
    return found.items if found else []


def problems(fields: Mapping[str, str]) -> dict[str, str]:
    """Field → code of what is missing or too long, in the order of the form."""
    found: dict[str, str] = {}
    if fields.get("kind") not in KINDS:
        found["kind"] = "missing"
    if not fields.get("title"):
        found["title"] = "missing"
    elif len(fields["title"]) > LONGEST_LINE:
        found["title"] = "too-long"
    found |= reply_problems(fields.get("text", ""))
    if len(fields.get("contact", "")) > LONGEST_LINE:
        found["contact"] = "too-long"
    return found


def reply_problems(text: str) -> dict[str, str]:
    """What is wrong with a message."""
    if not text:
        return {"text": "missing"}
    return {"text": "too-long"} if len(text) > LONGEST_TEXT else {}


async def reply(gateway: Gateway, code: str, text: str, key: str) -> dict[str, str]:
    """Sends a message to a case; field → code of why it was not taken. An unknown receipt code is PageNotFound."""
    if found := reply_problems(text):
        return found
    try:
        await gateway.feedback.reply(code, text, key)
    except Refused as refused:
        return {"text": _reply_refusal(refused)}
    return {}


def _reply_refusal(refused: Refused) -> str:
    if refused.code.startswith("idempotency"):
        return "already-sent"
    return {409: "closed", 429: "slow-down"}.get(refused.status, "refused")


async def send(gateway: Gateway, fields: Mapping[str, str]) -> Receipt:
    """Sends a form that has no problems; the same form sent again gives the same receipt."""
    body: dict[str, Any] = {"kind": fields["kind"], "title": fields["title"], "text": fields["text"]}
    if fields.get("programme"):
        body["programme"] = fields["programme"]
    if contact := fields.get("contact"):
        body["sender"] = {"kind": "citizen", ("email" if "@" in contact else "phone"): contact}
    body["consent"] = fields.get("consent") == "yes"
    return await gateway.feedback.submit(body, fields["form_key"])


def refusal(refused: Refused) -> dict[str, str]:
    """Field → code for what the service refused; what it does not pin to a field of the form stands at the form."""
    if refused.code.startswith("idempotency"):
        return {"form_key": "already-sent"}
    if refused.status == 429:
        return {"form": "slow-down"}
    named = {_field_of(problem.field): "refused" for problem in refused.problems if _field_of(problem.field)}
    return named or {"form": "refused"}


def _field_of(pointer: str) -> str:
    """The field of the form that a JSON pointer of the service means, or nothing."""
    first = pointer.partition("/")[0]
    return "contact" if first == "sender" else first if first in _NAMED_FIELDS else ""


async def handler_of(gateway: Gateway, case: Case) -> Organisation | None:
    """The body that has the case; None before it is assigned, and when its name cannot be had."""
    if case.organisation_id is None:
        return None
    return await Parts().optional(gateway.tasks.organisation(str(case.organisation_id)))


def receipt_code(typed: str) -> str:
    """A receipt code as it is stored: people type it in small letters, with spaces or other dashes."""
    return "".join(typed.upper().replace("–", "-").replace("—", "-").split())[:64]
