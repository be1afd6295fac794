"""The two sheets of a sender: the code, which is secret, and the proof, which may be shown to anyone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from sixclear.portal.upstream.feedback import Stated
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts

_LINE = re.compile(r"(kind|at|hour|due) ([^ ]+)")
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class CodeSheet:
    """A receipt code and its picture; the picture holds the code as text and no address, so that no reader opens it."""

    code: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class ProofSheet:
    """A signed statement with what it takes to verify it: no code, no identifier of the case, no text.

    `at` is the instant that it claims, or the hour where it tells no more; `due_at` is None where nothing is owed.
    `checked`: whether the log signed it; None where that was not checked.
    """

    kind: str
    at: datetime | None
    by_hour: bool
    due_at: datetime | None
    statement: str
    salt: str
    proof: str | None
    policy: str
    checked: bool | None = None

    @property
    def file(self) -> Mapping[str, str | None]:
        """What is saved (`*.sixclear-receipt.json`)."""
        names = ("statement", "salt", "proof", "policy")
        return {"format": "sixclear-receipt/v1"} | {name: getattr(self, name) for name in names}

    @property
    def file_name(self) -> str:
        """The name of that file; it says no more than the file does."""
        day = f"-{self.at:%Y-%m-%d}" if self.at else ""
        return f"{re.sub('[^a-z]', '-', self.kind)}{day}.sixclear-receipt.json"


def code_sheet(code: str) -> CodeSheet:
    """The sheet of a receipt code."""
    import segno  # with the first receipt: a start needs none of it

    drawn = segno.make(f"SIXCLEAR:{code}", error="m", micro=False)
    picture = drawn.svg_inline(omitsize=True, svgclass=None, lineclass=None, light="#fff")
    return CodeSheet(code, Markup(picture))  # noqa: S704  (drawn from letters and digits)


def proof_sheet(stated: Stated) -> ProofSheet:
    """The sheet of a statement."""
    lines = (_LINE.fullmatch(line) for line in stated.statement.splitlines())
    said: dict[str, str] = {found[1]: found[2] for found in lines if found}
    return ProofSheet(
        kind=said.get("kind", ""),
        at=_instant(said.get("at") or said.get("hour")),
        by_hour="hour" in said,
        due_at=_instant(said.get("due")),
        statement=stated.statement,
        salt=stated.salt,
        proof=stated.proof,
        policy=stated.policy,
    )


def is_signed(sheet: ProofSheet, key: str) -> bool:
    """Whether the log with this public key signed the statement, and its proof, where it has one, holds."""
    from sixclear.common.transparency import verify_receipt as receipts  # with the first proof: a start needs none

    try:
        if receipts.parse_policy(sheet.policy)[0] != [receipts.parse_key(key, 1)]:
            return False
        receipts.verify(sheet.file)
    except receipts.NotYet:
        return True  # the statement was checked before its proof was missed
    except (receipts.Wrong, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return False
    return True


async def proofs(gateway: Gateway, code: str) -> Sequence[ProofSheet]:
    """The sheets of all that was stated on a case, oldest first; none while they cannot be had."""
    stated = await Parts().optional(gateway.feedback.statements(code))
    return [proof_sheet(one) for one in stated or ()]


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", _INSTANT).replace(tzinfo=UTC)
    except ValueError:
        return None
