"""Who may do what: every scope with what it allows, and every client of the platform. The one table of it.

From it come the embedded issuer's clients, the realm for Keycloak, and the lists of `docs/identity.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

STANDING_BODY = "P57"

SCOPES: dict[str, str] = {
    "tasks:write": "Proposes tasks, describes them, and withdraws one's own proposals.",
    "tasks:assign": "Assigns tasks, moves their deadlines, and decides on proposals.",
    "tasks:report": "Reports on the tasks on which the body works, and hands in their results.",
    "tasks:confirm": "Confirms or returns results that another body handed in.",
    "tasks:administer": "Keeps programmes and directives, and withdraws records from the public.",
    "tasks:organise": "Sets up, merges, upgrades and closes bodies with none above them: ministries and provinces.",
    "tasks:inspect": "Reads the tasks that the mandate names, restricted ones too. Who has it changes nothing.",
    "tasks:oversee": "Reads the tasks that the mandate names, restricted ones too, and comments on them.",
    "facts:past": "Says when something became true, where that was before now (`occurred_at`).",
    "feedback:handle": "Reads and handles submissions given to the body: takes, forwards, asks, drafts answers.",
    "feedback:publish": "Publishes answers that another person drafted.",
    "feedback:custodian": "Decides whether a body may know who sent a case; records escrow keys that were destroyed.",
    "feedback:endorse": "Endorses public copies as a person whose identity the provider verified.",
    "feedback:review": "Reviews initiatives as an expert whom the hub registered; sees one's own reviews alone.",
    "catalog:write": "Describes the body's own databases and hands in their dossiers.",
    "catalog:heartbeat": "Tells that a database of the body is in use.",
    "catalog:approve": "Decides on registrations of other bodies' databases, and describes any database.",
    "catalog:inspect": "Reads the entries of bodies that the mandate names, restricted ones too.",
    "monitoring:operate": "Opens the operators' pages: streams, traces and reconciliations.",
    "audit:read": "Reads the access logs: who read what is not public.",
    "monitoring:spans": "Reports what a process's relay holds, and sends spans. For processes only.",
}


@dataclass(frozen=True, slots=True)
class Role:
    """What a client may do, for which body (its code), and from which position where four eyes ask for one.

    `mandate` names what it reads beyond that body's: `programme:…`, `group:…/…`, `organisation:…` (with those below).
    """

    meaning: str
    scopes: tuple[str, ...]
    organisation_code: str | None = STANDING_BODY
    position: str | None = None
    mandate: tuple[str, ...] = ()


# What a client of a body may be beside the body's own system: it reads what its mandate names.
MANDATED = ("inspector", "area-member", "supervisor")
_TASKS = ("tasks:write", "tasks:assign", "tasks:report", "tasks:confirm", "tasks:administer")
_CATALOG = ("catalog:write", "catalog:heartbeat")
_NATIONAL = "programme:nq57-central"
_CASE_DESK, _PUBLICATION, _CUSTODY = "case-desk", "publication", "custody"

ROLES: dict[str, Role] = {
    "standing-body": Role(
        "keeps programmes, tasks and the bodies of the country, and gives tasks out",
        (*_TASKS, "tasks:organise", "facts:past", *_CATALOG),
    ),
    "feedback-hub": Role("triages feedback and drafts answers", ("feedback:handle", "facts:past"), position=_CASE_DESK),
    "feedback-publisher": Role(
        "publishes answers that others drafted", ("feedback:handle", "feedback:publish"), position=_PUBLICATION
    ),
    "custodian": Role(
        "decides whether those who handle cases may know who sent them", ("feedback:custodian",), position=_CUSTODY
    ),
    "reviewer": Role(
        "reviews initiatives as an expert", ("feedback:review",), organisation_code=None, position="expert"
    ),
    "data-steward": Role("approves databases", ("catalog:write", "catalog:approve", "facts:past")),
    "inspector": Role(
        "reads what its mandate names, and changes nothing",
        ("tasks:inspect", "catalog:inspect"),
        "G20",
        mandate=(_NATIONAL,),
    ),
    "area-member": Role("reads what is in its area", ("tasks:oversee",), mandate=(_NATIONAL,)),
    "supervisor": Role(
        "reads for an outside supervisor, and comments once its client names its body",
        ("tasks:oversee",),
        organisation_code=None,
        mandate=(_NATIONAL,),
    ),
    "citizen": Role(
        "endorses public copies, for persons whom the provider verified", ("feedback:endorse",), organisation_code=None
    ),
    "auditor": Role("reads who read what is not public", ("audit:read",), organisation_code=None),
    "operator": Role("looks after the platform", ("monitoring:operate", "monitoring:spans"), organisation_code=None),
    "processes": Role("the platform's own processes", ("monitoring:spans",), organisation_code=None),
}


def organisation_role(code: str) -> Role:
    """What the client of one ministry, province or commune may do."""
    scopes = (*_TASKS, "facts:past", "feedback:handle", *_CATALOG)
    return Role("reports on its tasks, handles its feedback, describes its databases", scopes, code, _CASE_DESK)


def client_of(code: str) -> str:
    """The client that posts for the body with this code."""
    return "standing-body" if code == STANDING_BODY else f"org-{code}"


def roles_of(codes: Iterable[str]) -> dict[str, Role]:
    """Every client by name: the named ones, then one for each body of `codes`."""
    return ROLES | {client_of(code): organisation_role(code) for code in codes if code != STANDING_BODY}
