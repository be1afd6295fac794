"""What a desk prints for a person: the sheet with the code, and the one that may be shown to anyone."""

from collections.abc import Mapping
from dataclasses import dataclass

from sixclear.portal.shell.sheets import CodeSheet, ProofSheet, code_sheet, proof_sheet
from sixclear.portal.upstream.gateway import Gateway


@dataclass(frozen=True, slots=True)
class DeskForm:
    """The form that takes the code of a receipt."""

    receipt_code: str
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeskSheets:
    """Both sheets of one receipt; `proof` is None for the time until what was received is signed."""

    code: CodeSheet
    proof: ProofSheet | None


async def load(gateway: Gateway, code: str) -> DeskSheets:
    """The sheets of the case that the code opens; nothing of the case itself is asked for. PageNotFound for no case."""
    stated = await gateway.feedback.statements(code)
    received = (proof_sheet(one) for one in stated)
    return DeskSheets(code_sheet(code), next((sheet for sheet in received if sheet.kind == "received"), None))
