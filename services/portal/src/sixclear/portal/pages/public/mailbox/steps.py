"""What a sender does with the own case beside writing: rate, reopen, appeal, consent, withdraw, erase.

The key of the step's form makes each safe to send twice; it is another one than that of the message beside it, which
may be sent after several steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sixclear.portal.errors import Refused
from sixclear.portal.pages.public.mailbox import identity
from sixclear.portal.shell.forms import LONGEST_LINE, text_problem
from sixclear.portal.shell.notices import notice_language
from sixclear.portal.upstream.cases import Erasure
from sixclear.portal.upstream.feedback import Feedback
from sixclear.portal.words.feedback import RATINGS

# What feedback takes.
LONGEST_REASON = 2_000
STEPS = frozenset(
    {
        *("rating", "reopen", "appeal", "consent", "withdraw", "erase_contact", "erase_case", "copy"),
        *("identity", "notice", "no_notice"),
    }
)
# These cannot be undone: a page asks again before they are done.
ASKED_AGAIN = frozenset({"withdraw", "erase_contact", "erase_case"})
# What is typed or chosen for steps, and stays where a page cannot be shown.
TYPED = ("rating", "rating_words", "reopen_reason", "appeal_reason", "notice_email", *identity.FIELDS)
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_FIELDS = {
    "reopen": "reopen_reason",
    "appeal": "appeal_reason",
    "identity": "identity_name",
    "notice": "notice_email",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a step: field → code of why it was not taken, or what was erased."""

    problems: Mapping[str, str] = field(default_factory=dict)
    erasure: Erasure | None = None


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """A step that cannot be undone, before it is done; `typed` is what waits in the mailbox meanwhile."""

    step: str
    receipt_code: str
    form_key: str
    step_key: str
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ErasedView:
    """A case that was erased. Its code opens nothing, so this page alone says both dates."""

    erased_at: datetime
    backups_until: datetime

    @property
    def fields(self) -> Mapping[str, str]:
        """Both dates as a form sends them back (see `erased_of`)."""
        instants = {"erased_at": self.erased_at, "backups_until": self.backups_until}
        return {name: one.astimezone(UTC).strftime(_INSTANT) for name, one in instants.items()}


def step_of(fields: Mapping[str, str]) -> str | None:
    """The step that a form asks for; None where it asks for none, and once its sender went back from it."""
    step = fields.get("step", "")
    return step if step in STEPS and "back" not in fields else None


def confirm_view(step: str, fields: Mapping[str, str]) -> ConfirmView:
    """The question whether to do `step`."""
    typed = {name: fields[name] for name in ("text", *TYPED) if fields.get(name)}
    return ConfirmView(step, fields["receipt_code"], fields["form_key"], fields["step_key"], typed)


def erased_of(fields: Mapping[str, str]) -> ErasedView | None:
    """The page of an erased case again, for another language; None where a form is not of it."""
    texts = [fields.get(name, "") for name in ("erased_at", "backups_until")]
    try:
        instants = [datetime.strptime(text, _INSTANT).replace(tzinfo=UTC) for text in texts]
    except ValueError:
        return None
    # A form can hold anything: the ends of the calendar cannot be written in another zone.
    return ErasedView(*instants) if all(2000 <= one.year < 3000 for one in instants) else None


async def take(feedback: Feedback, step: str, fields: Mapping[str, str]) -> Taken:
    """Does `step` for the code in `fields`, or says why not. A code that opens nothing is PageNotFound."""
    if wrong := _wrong(step, fields):
        return Taken(wrong)
    try:
        return Taken(erasure=await _send(feedback, step, fields))
    except Refused as refused:
        if step == "identity" and (named := identity.refused(refused)):
            return Taken(named)
        return Taken({_FIELDS.get(step, step): refusal_code(refused)})


def _wrong(step: str, fields: Mapping[str, str]) -> dict[str, str]:
    if step == "rating":
        missing = {} if fields.get("rating") in RATINGS else {"rating": "missing"}
        return missing | _wrong_text("rating_words", fields)
    if step == "identity":
        return identity.wrong(fields)
    if step == "reopen":
        return _wrong_text("reopen_reason", fields, needed=True)
    if step == "notice":
        wrong = text_problem(fields.get("notice_email", ""), LONGEST_LINE)
        return {"notice_email": wrong} if wrong else {}
    return _wrong_text("appeal_reason", fields) if step == "appeal" else {}


def _wrong_text(name: str, fields: Mapping[str, str], *, needed: bool = False) -> dict[str, str]:
    wrong = text_problem(fields.get(name, ""), LONGEST_REASON)
    return {name: wrong} if wrong is not None and (needed or wrong != "missing") else {}


def _said(name: str, fields: Mapping[str, str]) -> str | None:
    """A text that may be left out; nothing visible is nothing said."""
    text = fields.get(name, "")
    return None if text_problem(text, LONGEST_REASON) == "missing" else text


async def _send(feedback: Feedback, step: str, fields: Mapping[str, str]) -> Erasure | None:
    code, key = fields["receipt_code"], f"{fields['step_key']}.{step}"
    if step == "rating":
        await feedback.rate(code, fields["rating"], _said("rating_words", fields), key)
    elif step == "reopen":
        await feedback.reopen(code, fields["reopen_reason"], key)
    elif step == "appeal":
        await feedback.appeal(code, _said("appeal_reason", fields), key)
    elif step == "identity":
        await feedback.raise_identity(code, identity.given(fields), key)
    elif step == "withdraw":
        await feedback.withdraw(code, key)
    elif step == "notice":
        wanted = {"email": fields["notice_email"], "language": notice_language(fields)}
        await feedback.change_notice(code, wanted, key)
    elif step == "no_notice":
        await feedback.change_notice(code, None, key)
    elif step == "consent":
        await feedback.change_consent(code, fields.get("agreed") == "yes", key)
    else:
        return await feedback.erase(code, step.removeprefix("erase_"), key)
    return None


def refusal_code(refused: Refused) -> str:
    """Why a step or a message was not taken: `already-sent`, `closed`, `slow-down` or `refused`."""
    if refused.code.startswith("idempotency"):
        return "already-sent"
    if refused.code == "conflict":  # another step came between: to send again helps
        return "refused"
    return {409: "closed", 429: "slow-down"}.get(refused.status, "refused")
