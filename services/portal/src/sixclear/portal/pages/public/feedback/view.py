"""Feedback as a citizen sends it: what the form must hold, what goes to the service, what went wrong in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sixclear.common.typed import plain
from sixclear.portal.errors import Refused
from sixclear.portal.shell.addresses import Wrong
from sixclear.portal.shell.forms import LONGEST_LINE, LONGEST_TEXT, text_problem
from sixclear.portal.shell.sheets import CodeSheet, ProofSheet, code_sheet, proofs
from sixclear.portal.upstream.feedback import Receipt
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.words.feedback import KINDS

_FIELDS = ("form_key", "kind", "title", "text", "programme", "contact", "consent")
_NAMED_FIELDS = ("kind", "title", "text")


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """The form with what was typed and what is wrong with it; no `programmes` when they could not be had.

    `sent_before`: this browser sent something a while ago, and the same again gives the same receipt.
    """

    values: Mapping[str, str]
    problems: Mapping[str, str]
    programmes: Sequence[Programme]
    wrong: Sequence[Wrong]
    sent_before: bool


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The receipt of a submission; no address shows it.

    `fields` are what were sent: sent again, as for another language, they give the same receipt. `proof` is None for
    the seconds until what was received is signed.
    """

    receipt: Receipt
    code: CodeSheet
    proof: ProofSheet | None
    fields: Mapping[str, str]


async def load(
    gateway: Gateway,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    wrong: Sequence[Wrong] = (),
    *,
    sent_before: bool = False,
) -> FeedbackView:
    """The form; it works without the names of programmes."""
    programmes = await Parts().optional(gateway.tasks.programmes())
    return FeedbackView(
        values=dict.fromkeys(_FIELDS, "") | dict(values),
        problems=problems,
        programmes=programmes.items if programmes else [],
        wrong=wrong,
        sent_before=sent_before,
    )


def problems_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Field → code of what is missing or too long, in the order of the form."""
    found: dict[str, str | None] = {
        "kind": None if fields.get("kind") in KINDS else "missing",
        "title": text_problem(fields.get("title", ""), LONGEST_LINE),
        "text": text_problem(fields.get("text", ""), LONGEST_TEXT),
        "contact": "too-long" if len(fields.get("contact", "")) > LONGEST_LINE else None,
    }
    return {field: code for field, code in found.items() if code}


async def send(gateway: Gateway, fields: Mapping[str, str], key_before: str | None) -> ReceiptView:
    """Sends a form that has no problems; the same form sent again gives the same receipt.

    So does what was sent before with `key_before`, whose page came again with a new key. Anything else is new.
    """
    body = _body(fields)
    if key_before is not None and key_before != fields["form_key"]:
        try:
            receipt = await gateway.feedback.submit(body, key_before)
            return await _receipt(gateway, receipt, {**fields, "form_key": key_before})
        except Refused as refused:
            if not refused.code.startswith("idempotency"):
                raise
    return await _receipt(gateway, await gateway.feedback.submit(body, fields["form_key"]), fields)


async def _receipt(gateway: Gateway, receipt: Receipt, fields: Mapping[str, str]) -> ReceiptView:
    """Both sheets. What was just sent has no statement yet, so nothing is asked for it."""
    sheets = await proofs(gateway, receipt.receipt_code) if receipt.statement else ()
    return ReceiptView(receipt, code_sheet(receipt.receipt_code), sheets[0] if sheets else None, fields)


def _body(fields: Mapping[str, str]) -> dict[str, Any]:
    # People write a summary on several lines; it is one.
    body: dict[str, Any] = {
        "kind": fields["kind"],
        "title": " ".join(fields["title"].split()),
        "text": fields["text"],
    }
    if fields.get("programme"):
        body["programme"] = fields["programme"]
    if contact := fields.get("contact"):
        body["sender"] = {"kind": "citizen", ("email" if "@" in plain(contact) else "phone"): contact}
    body["consent"] = fields.get("consent") == "yes"
    return body


def refusal(refused: Refused) -> dict[str, str]:
    """Field → code for what the service refused; what it does not pin to a field of the form stands at the form."""
    if refused.code.startswith("idempotency"):
        return {"form_key": "already-sent"}
    if refused.status == 429:
        return {"form": "slow-down"}
    if refused.code == "receipt-code-changed":
        return {"form": "code-changed"}
    named = {_field_of(problem.field): "refused" for problem in refused.problems if _field_of(problem.field)}
    return named or {"form": "refused"}


def _field_of(pointer: str) -> str:
    """The field of the form that a JSON pointer of the service means, or nothing."""
    first = pointer.partition("/")[0]
    return "contact" if first == "sender" else first if first in _NAMED_FIELDS else ""
