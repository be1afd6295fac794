"""Which bodies the realms have that ship with the product, and those that are made by command."""

from collections.abc import Sequence
from typing import Any

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.demo.organisations import agencies, body_names, client_codes, provinces
from sixclear.launcher.keycloak_realm import realm


def shipped_realms() -> dict[str, dict[str, Any]]:
    """The files of `deploy/keycloak/`: ministries and provinces; for development also what the demonstration needs."""
    return {
        "sixclear-realm.json": realm(_named((*agencies(), *provinces()))),
        "development/sixclear-realm.json": realm(_named(client_codes()), demo=True),
    }


def realm_with(codes: Sequence[str], *, demo: bool) -> dict[str, Any]:
    """The realm of ministries and provinces, and of the bodies with these codes too; raises CannotStart."""
    return realm(_named((*(client_codes() if demo else (*agencies(), *provinces())), *codes)), demo=demo)


def name_of(code: str) -> str:
    """The name of a body; raises CannotStart for a code that no body has."""
    return _named([code])[code]


def _named(codes: Sequence[str]) -> dict[str, str]:
    names = body_names()
    if unknown := [code for code in codes if code not in names]:
        raise CannotStart(
            f"No body that ships with the product has the code {unknown[0]!r}.",
            "Codes: /api/tasks/v1/organisations. For one that was registered later, identity client add takes its name,"
            " too: --name NAME.",
        )
    return {code: names[code] for code in codes}
