"""A case as its sender sees it, and the message that the sender adds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sixclear.common.checked_code import slip_of
from sixclear.portal.errors import InvalidAddress, Refused
from sixclear.portal.pages.public.mailbox.identity import may_be_raised
from sixclear.portal.pages.public.mailbox.steps import TYPED, ErasedView, Taken, refusal_code, step_of, take
from sixclear.portal.shell.deadlines import Distance, distance
from sixclear.portal.shell.forms import LONGEST_TEXT, new_form_key, text_problem
from sixclear.portal.shell.sheets import CodeSheet, ProofSheet, code_sheet, is_signed, proof_sheet, proofs
from sixclear.portal.upstream.cases import Case
from sixclear.portal.upstream.feedback import Stated
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Organisation
from sixclear.portal.words.feedback import STATEMENTS

# What feedback takes.
LONGEST_CODE = 200
_SHOWN_OF_A_NAME = 120
_PROOF_FIELDS = ("statement", "salt", "proof", "policy")


@dataclass(frozen=True, slots=True)
class MailboxForm:
    """The form that asks for a receipt code.

    `text` is what was written to a case that could not be opened, `typed` what was typed for its other steps.
    """

    receipt_code: str
    problems: Mapping[str, str]
    text: str
    form_key: str
    step_key: str
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewCodeView:
    """A code that has just taken the place of `former_code`; both and `form_key`, sent again, show it again."""

    sheet: CodeSheet
    former_code: str
    form_key: str


@dataclass(frozen=True, slots=True)
class MailboxView:
    """An open case. `handler` is None before it is assigned, and when its name could not be had.

    `done` is the step that was just done, `typed` what was typed for others. `form_key` makes the message safe to send
    twice, `step_key` a step, `code_key` asking for a new code. `left_file` is the name of a file that was chosen while
    another button was pressed, so that it did not come.
    """

    case: Case
    handler: Organisation | None
    distance: Distance
    receipt_code: str
    delivered: bool
    done: str | None
    problems: Mapping[str, str]
    text: str
    typed: Mapping[str, str]
    form_key: str
    step_key: str
    proofs: Sequence[ProofSheet]
    code_key: str
    notices: bool
    left_file: str = ""

    @property
    def identity_open(self) -> bool:
        """Whether the sender can say more of who they are."""
        return may_be_raised(self.case)

    @property
    def silent(self) -> bool:
        """Whether the sender can appeal because no answer came by the due time."""
        return self.case.appeal is not None and self.case.appeal.basis == "silence" and not self.case.appeals


async def load(gateway: Gateway, now: datetime, fields: Mapping[str, str]) -> MailboxView | ErasedView:
    """Opens the case of a receipt code, after the step or the message in `fields` was sent.

    An unknown code is PageNotFound. A case that was erased by it opens no longer.
    """
    code, text, key, step = fields["receipt_code"], fields.get("text", ""), fields["form_key"], step_of(fields)
    taken, replied = Taken(), step is None and "reply" in fields
    if step is not None:
        taken = await take(gateway.feedback, step, fields)
    elif replied:
        taken = Taken(await _reply(gateway, code, text, key))
    if step == "erase_case" and taken.erasure is not None:
        return ErasedView(taken.erasure.erased_at, taken.erasure.backups_until)
    problems = taken.problems
    delivered = replied and not problems
    done = None if problems else step
    again = "already-sent" in problems.values()
    case = await gateway.feedback.mailbox(code)
    return MailboxView(
        case=case,
        handler=await _handler_of(gateway, case),
        distance=distance(case.due_at, now, missed=case.clock.state == "overdue"),
        receipt_code=code,
        delivered=delivered,
        done=done,
        problems=problems,
        text="" if delivered else text,
        typed=_typed(fields, done),
        # What is still to be sent keeps its key, so that sending it after a failure is no second message or step.
        form_key=new_form_key() if delivered or (again and step is None) else key,
        step_key=new_form_key() if done or (again and step is not None) else fields["step_key"],
        proofs=await proofs(gateway, code),
        code_key=new_form_key(),
        notices=bool(await Parts().optional(gateway.feedback.notices())),
        left_file=fields.get("file", "")[:_SHOWN_OF_A_NAME],
    )


def _typed(fields: Mapping[str, str], done: str | None) -> Mapping[str, str]:
    """What was typed for steps that are not done."""
    return {name: "" if done and name.startswith(done) else fields.get(name, "") for name in TYPED}


async def new_code(gateway: Gateway, fields: Mapping[str, str]) -> NewCodeView:
    """Ends the code in `fields` and gives another one. An unknown code is PageNotFound."""
    code, key = fields["receipt_code"], fields["form_key"]
    return NewCodeView(code_sheet(await gateway.feedback.new_code(code, key)), code, key)


def proof_of(fields: Mapping[str, str]) -> ProofSheet:
    """The sheet of what the mailbox showed and the form sent back, without the code; else InvalidAddress.

    Browsers send line ends as CR LF, and the form is read without those at its end; what is signed ends with one LF.
    """
    texts = {name: fields.get(name, "").replace("\r\n", "\n").rstrip("\n") for name in _PROOF_FIELDS}
    stated = Stated(
        statement=f"{texts['statement']}\n",
        salt=texts["salt"],
        index=0,
        proof=f"{texts['proof']}\n" if texts["proof"] else None,
        policy=f"{texts['policy']}\n",
    )
    sheet = proof_sheet(stated)
    if not (sheet.kind in STATEMENTS and sheet.at and sheet.salt and texts["policy"]):
        raise InvalidAddress
    return sheet


async def checked(gateway: Gateway, sheet: ProofSheet) -> ProofSheet:
    """The sheet with whether the log signed it; a form can hold anything. Not checked while feedback is away."""
    status = await Parts().optional(gateway.feedback.log_status())
    key = None if status is None else status.key
    return replace(sheet, checked=None if key is None else is_signed(sheet, key))


def why_unknown(code: str) -> str:
    """Why a code opens nothing: `length`, `character` or `check`, where it cannot be one; else `unknown`.

    Feedback does not say: it answers the same to every code that opens nothing.
    """
    return slip_of(code) or "unknown"


async def _reply(gateway: Gateway, code: str, text: str, key: str) -> dict[str, str]:
    """Sends a message to a case; field → code of why it was not taken."""
    if wrong := text_problem(text, LONGEST_TEXT):
        return {"text": wrong}
    try:
        await gateway.feedback.reply(code, text, key)
    except Refused as refused:
        return {"text": refusal_code(refused)}
    return {}


async def _handler_of(gateway: Gateway, case: Case) -> Organisation | None:
    if case.organisation_id is None:
        return None
    return await Parts().optional(gateway.tasks.organisation(str(case.organisation_id)))
