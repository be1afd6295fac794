"""What a sender says later of the own person: the level only rises, and nobody else can do it."""

from collections.abc import Mapping

from sixclear.portal.errors import Refused
from sixclear.portal.shell.forms import LONGEST_LINE, text_problem
from sixclear.portal.upstream.cases import Case

# The fields of the form, and what they are called at feedback.
FIELDS: Mapping[str, str] = {"identity_name": "name", "identity_email": "email", "identity_phone": "phone"}


def given(fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed; what shows nothing was left out, and stays as it was."""
    typed = {called: fields.get(name, "").strip() for name, called in FIELDS.items()}
    return {called: text for called, text in typed.items() if text_problem(text, LONGEST_LINE) != "missing"}


def wrong(fields: Mapping[str, str]) -> dict[str, str]:
    """Field → code of what is wrong with it; one of them is enough."""
    found = {name: text_problem(fields.get(name, ""), LONGEST_LINE) for name in FIELDS}
    if all(code == "missing" for code in found.values()):
        return {"identity_name": "missing"}
    return {name: code for name, code in found.items() if code and code != "missing"}


def refused(why: Refused) -> dict[str, str]:
    """Field → `refused` for what feedback did not take of it; empty where it names none of them."""
    named = {problem.field.partition("/")[0] for problem in why.problems}
    return {name: "refused" for name, called in FIELDS.items() if called in named}


def may_be_raised(case: Case) -> bool:
    """Whether there is a case to say it of: its keys stand. A withdrawn one needs no answer."""
    return case.status != "withdrawn" and not case.erasures
