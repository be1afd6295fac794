"""Feedback as a citizen sends it: what the form must hold, what goes to the service, what went wrong in words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sixclear.common.typed import plain
from sixclear.portal.errors import Refused
from sixclear.portal.pages.public.feedback import sealed, work
from sixclear.portal.shell.addresses import Asked, Wrong
from sixclear.portal.shell.forms import LONGEST_LINE, LONGEST_TEXT, text_problem
from sixclear.portal.shell.notices import notice_language
from sixclear.portal.shell.organisations import addressed
from sixclear.portal.shell.sheets import CodeSheet, ProofSheet, code_sheet, proofs
from sixclear.portal.upstream.feedback import Receipt
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.tasks import Organisation
from sixclear.portal.words.feedback import KINDS

_FIELDS = (
    *("form_key", "kind", "title", "text", "programme", "body", *sealed.FIELDS, "form_token"),
    *("identity_level", "contact", "notice", "consent"),
)
# The questions, one a step, and the fields of each that must be answered or may be wrong.
_STEPS: Mapping[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "title": ("title",),
    "text": ("text",),
    "programme": (),
    "sealed": sealed.FIELDS,
    "sender": ("contact", "notice"),
    "consent": (),
    "send": (),
}
_NEEDED = ("kind", "title", "text")
_NAMED_FIELDS = ("kind", "title", "text", "notice", *sealed.FIELDS)


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """The form with what was typed and what is wrong with it; no `programmes` when they could not be had.

    `sent_before`: this browser sent something a while ago, and the same again gives the same receipt. `addressee` is
    the body that the form is addressed to, None where it is to none, or its name could not be had. `challenge` is what
    the browser works on before the form is sent, where that is needed: `at_once` where it was sent already.
    """

    values: Mapping[str, str]
    problems: Mapping[str, str]
    programmes: Sequence[Programme]
    wrong: Sequence[Wrong]
    sent_before: bool
    notices: bool
    addressee: Organisation | None
    challenge: Mapping[str, Any] | None
    at_once: bool

    @property
    def body(self) -> str:
        """The body that the form is addressed to, as its address names it; empty where it is to none."""
        return self.values["body"]

    @property
    def steps(self) -> Sequence[str]:
        """The questions in their order; that of the programme only where there are some to choose from."""
        return [name for name in _STEPS if name != "programme" or self.programmes]

    @property
    def open_step(self) -> str:
        """The question that is shown first: where something is wrong, else where an answer is missing, else the last.

        The address of a step (`#step-…`) says otherwise.
        """
        waiting = self.problems.keys() or {name for name in _NEEDED if not self.values[name]}
        return next((step for step, fields in _STEPS.items() if waiting & set(fields)), "send")


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

    @property
    def body(self) -> str:
        """The body that it was addressed to, as in the form."""
        return self.fields.get("body", "")

    @property
    def anonymous(self) -> bool:
        """Whether the sender stays anonymous: the proof waits for the end of its hour."""
        return _anonymous(self.fields)

    @property
    def sealed(self) -> bool:
        """Whether it is a sealed initiative: its proof waits for the end of its hour too."""
        return self.fields.get("visibility") == "sealed"


async def load(
    gateway: Gateway,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    wrong: Sequence[Wrong] = (),
    *,
    sent_before: bool = False,
) -> FeedbackView:
    """The form; it works without the names of programmes and of the body that it is addressed to.

    A body that there is not is `wrong`, and the form is addressed to none.
    """
    parts = Parts()
    programmes, notices, offer, (addressee, asked) = await asyncio.gather(
        parts.optional(gateway.tasks.programmes()),
        parts.optional(gateway.feedback.notices()),
        parts.optional(gateway.feedback.work_offer()),
        addressed(gateway, parts, Asked({"body": values.get("body", "")}, wrong)),
    )
    at_once = problems.get("form") == "work"
    typed, given = values.get("form_token", ""), offer.form_token if offer else ""
    token = given or typed if problems.get("form") in ("work", "wait") else typed or given
    if at_once and offer is None:
        problems = {"form": "wait"}
    return FeedbackView(
        values=dict.fromkeys(_FIELDS, "") | dict(values) | dict(asked.values) | {"form_token": token},
        problems=problems,
        programmes=programmes.items if programmes else [],
        wrong=asked.wrong,
        sent_before=sent_before,
        notices=bool(notices),
        addressee=addressee,
        challenge=offer.challenge if offer and (offer.needed or at_once) else None,
        at_once=at_once,
    )


def problems_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Field → code of what is missing or too long, in the order of the form."""
    found: dict[str, str | None] = {
        "kind": None if fields.get("kind") in KINDS else "missing",
        "title": text_problem(fields.get("title", ""), LONGEST_LINE),
        "text": text_problem(fields.get("text", ""), LONGEST_TEXT),
        **sealed.problems(fields),
        "contact": _contact_problem(fields),
        "notice": "too-long" if len(fields.get("notice", "")) > LONGEST_LINE else None,
    }
    return {field: code for field, code in found.items() if code}


def _contact_problem(fields: Mapping[str, str]) -> str | None:
    contact = fields.get("contact", "")
    if contact and _anonymous(fields):
        return "not-anonymous"
    return "too-long" if len(contact) > LONGEST_LINE else None


def _anonymous(fields: Mapping[str, str]) -> bool:
    return fields.get("identity_level") == "anonymous"


async def send(gateway: Gateway, fields: Mapping[str, str], key_before: str | None) -> ReceiptView:
    """Sends a form that has no problems; the same form sent again gives the same receipt.

    So does what was sent before with `key_before`, whose page came again with a new key. Anything else is new.
    """
    body = _body(fields)
    kept = {name: text for name, text in fields.items() if name not in work.FIELDS}
    if key_before is not None and key_before != fields["form_key"]:
        try:
            receipt = await gateway.feedback.submit(body, key_before)
            return await _receipt(gateway, receipt, {**kept, "form_key": key_before})
        except Refused as refused:
            if not refused.code.startswith("idempotency") and refused.code != work.NEEDED:
                raise
    return await _receipt(gateway, await work.submit(gateway, body, fields["form_key"], fields), kept)


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
    if addressee := fields.get("body"):
        body["organisation_id"] = addressee
    body |= sealed.body(fields)
    if contact := fields.get("contact"):
        body["sender"] = {"kind": "citizen", ("email" if "@" in plain(contact) else "phone"): contact}
    if _anonymous(fields):
        body["identity_level"] = "anonymous"
    if address := fields.get("notice"):
        body["notice"] = {"email": address, "language": notice_language(fields)}
    body["consent"] = fields.get("consent") == "yes"
    return body


def refusal(refused: Refused, fields: Mapping[str, str]) -> dict[str, str]:
    """Field → code for what the service refused; what it does not pin to a field of the form stands at the form."""
    if refused.code == work.NEEDED:
        return {"form": work.refusal(fields)}
    if refused.code.startswith("idempotency"):
        return {"form_key": "already-sent"}
    if refused.status == 429:
        return {"form": "slow-down"}
    if refused.code == "notices-not-sent":
        return {"notice": "not-sent"}
    if refused.code == "receipt-code-changed":
        return {"form": "code-changed"}
    if any(problem.field == "organisation_id" for problem in refused.problems):
        return {"form": "body-unknown"}
    named = {_field_of(problem.field): "refused" for problem in refused.problems if _field_of(problem.field)}
    return named or {"form": "refused"}


def _field_of(pointer: str) -> str:
    """The field of the form that a JSON pointer of the service means, or nothing."""
    first = pointer.partition("/")[0]
    return "contact" if first == "sender" else first if first in _NAMED_FIELDS else ""
