"""Databases of the two programme lists at their published stages, and registrations that were not approved."""

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import chain, repeat
from typing import Any

from sixclear.common.ids import stable_id
from sixclear.common.issuer.roles import client_of
from sixclear.launcher.demo.organisations import agencies, provinces
from sixclear.launcher.demo.steps import Step, at, facts
from sixclear.tasks.organisation.seed import organisation_id

ENTRIES = "/api/catalog/v1/entries"
_STEWARD = "data-steward"
_LISTED = at(date(2025, 6, 20))
_STAGED = at(date(2025, 11, 28))
# The report gives 38 databases "being deployed or not, high risk" as one figure; how they split is our choice.
_HIGH_RISK_BEING_DEPLOYED = 20


def catalogue_steps() -> Iterator[Step]:
    """Every request for the catalogue: the lists with their stages, then the registrations."""
    yield from _listed("plan-02", "KH02", _plan_02())
    yield from _listed("resolution-71", "NQ71", _resolution_71())
    yield from _registrations()


def _plan_02() -> list[tuple[str, str]]:
    figures = facts()["databases"]["plan_02"]
    return [
        *repeat(("formed_centralised", "none"), figures["formed_centralised"]),
        *repeat(("deploying_digitised_only", "none"), figures["deploying_digitised_only"]),
        *repeat(("not_deployed", "none"), figures["not_deployed"]),
    ]


def _resolution_71() -> list[tuple[str, str]]:
    figures = facts()["databases"]["resolution_71"]
    at_risk = figures["deploying_or_not_deployed_high_risk"]
    return [
        *repeat(("formed_centralised", "none"), figures["formed_centralised"]),
        *repeat(("deploying_foundation", "none"), figures["deploying_foundation"]),
        *repeat(("deploying_digitised_only", "high"), _HIGH_RISK_BEING_DEPLOYED),
        *repeat(("not_deployed", "high"), at_risk - _HIGH_RISK_BEING_DEPLOYED),
    ]


def _listed(listing: str, prefix: str, stages: list[tuple[str, str]]) -> Iterator[Step]:
    owners = (*agencies(), *provinces()) if listing == "resolution-71" else agencies()
    for number, (stage, risk) in enumerate(stages, start=1):
        code, owner = f"{prefix}-{number:03d}", owners[(number - 1) % len(owners)]
        body = _entry(code, owner) | {"lists": [{"list": listing, "edition": "2025"}]}
        yield Step(f"entry {code}", code, _STEWARD, ENTRIES, body)
        if (stage, risk) != ("not_deployed", "none"):
            staged = {"deployment_stage": stage, "risk": risk, "occurred_at": _STAGED}
            yield Step(f"stage {code}", code, client_of(owner), entry_path(code, "stage"), staged)
        if stage == "formed_centralised":
            yield Step(f"heartbeat {code}", code, client_of(owner), entry_path(code, "heartbeats"), _heartbeat())


def _entry(code: str, owner: str) -> dict[str, Any]:
    return {
        "code": code,
        "name_vi": f"Cơ sở dữ liệu minh họa {code}",
        "name_en": f"Demonstration database {code}",
        "kind": "database",
        "owner_organisation_id": organisation_id(owner),
        "promised_period_seconds": 86_400,
        "demonstration": True,
        "occurred_at": _LISTED,
    }


def _heartbeat() -> dict[str, Any]:
    return {"records_count": 100_000, "occurred_at": at(date(2025, 12, 3), 6)}


def entry_path(code: str, step: str) -> str:
    """The path of a step of the catalogue entry with this code."""
    return f"{ENTRIES}/{stable_id('entry', code)}/{step}"


def _registrations() -> Iterator[Step]:
    """Registered, and returned because the dossier is incomplete: so many databases of so many ministries."""
    figures = facts()["databases"]["registered_not_approved"]
    owners = agencies()[: int(figures["ministries"])]
    dealt = chain.from_iterable(repeat(owners))
    for number, owner in zip(range(1, int(figures["databases"]) + 1), dealt, strict=False):
        code = f"DK-{number:03d}"
        returned = {
            "missing_documents": [{"title": "Thuyết minh phương án kết nối, chia sẻ"}, {"title": "Phê duyệt cấp độ"}],
            "reason": "Hồ sơ chưa đủ tài liệu.",
            "occurred_at": at(date(2025, 11, 20)),
        }
        submitted = {"occurred_at": at(date(2025, 11, 3))}
        request = _document("Văn bản đề nghị đăng ký", code) | submitted
        yield Step(f"entry {code}", code, client_of(owner), ENTRIES, _entry(code, owner))
        yield Step(f"document {code}", code, client_of(owner), entry_path(code, "documents"), request)
        yield Step(f"register {code}", code, client_of(owner), entry_path(code, "registration/submit"), submitted)
        yield Step(f"return {code}", code, _STEWARD, entry_path(code, "registration/return"), returned)


def _document(title: str, code: str) -> dict[str, Any]:
    """A document without a link, because there is no file: only a hash, in the form of a file's hash."""
    return {"title": title, "sha256": hashlib.sha256(f"{title} {code}".encode()).hexdigest()}
