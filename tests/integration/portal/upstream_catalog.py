"""The stand-in for `data-catalog`: entries and programme lists."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal.records import NOW, commune, iso, organisations, problem

from sixclear.common.ids import stable_id

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream


def heartbeat(number: int) -> dict[str, Any]:
    """The heartbeat of an entry; the second has no promise, the third never came."""
    period = None if number == 1 else 86_400
    last_at = None if number == 2 else NOW - timedelta(hours=5 + 9 * number)
    until = last_at + timedelta(seconds=period) if last_at and period else None
    state = "no_promise" if period is None else "silent" if until is None else "fresh" if until >= NOW else "late"
    return {
        "promised_period_seconds": period,
        "last_at": iso(last_at) if last_at else None,
        "fresh_until": iso(until) if until else None,
        "freshness": state,
    }


def catalog(state: "Upstream") -> list[Route]:
    """The routes of the service."""

    async def entries(request: Request) -> Response:
        if request.query_params.get("list", "plan-02") not in ("plan-02", "resolution-71", "third"):
            return problem("list-not-found", 404)
        stages = ("not_deployed", "deploying_digitised_only", "deploying_foundation", "formed_centralised")
        names = ("dân cư", "đất đai", "doanh nghiệp", "hộ tịch điện tử", "bảo hiểm")
        items = [
            {
                "entry_id": str(stable_id("entry", str(n))),
                "code": f"DB-{n:03}",
                "name_vi": f"Cơ sở dữ liệu quốc gia về {names[n % 5]}",
                "name_en": None,
                "kind": "database",
                "owner_organisation_id": (*organisations()[:2], commune())[n % 3]["organisation_id"],
                "lists": [{"list": "plan-02", "edition": "2025"}],
                "deployment_stage": stages[n % 4],
                "risk": "high" if n % 3 == 0 else "none",
                "deployment_due": None,
                "registration": {
                    "due": None,
                    "overdue": None,
                    "status": ("approved", "submitted", "returned")[n % 3],
                    "submitted_at": None,
                    "missing_documents": n,
                },
                "heartbeat": heartbeat(n),
                "demonstration": n == 4,
                "classification": "public",
                "computed_risk": {"risk": None, "rule": "R19", "rule_version": 1},
                "version": 1,
            }
            for n in range(0 if state.empty else 12)
        ]
        return JSONResponse({"items": items, "next": None})

    async def lists(request: Request) -> Response:
        risks = {"declared": 0, "computed": 0, "either": 0, "not_known": 0, "rule": "R19", "rule_version": 1}
        counts = {"total": 0, "stages": {}, "at_risk": 0, "risks": risks, "demonstration": 0, "editions": []}
        items = [
            {
                "slug": "plan-02",
                "name_vi": "Cơ sở dữ liệu theo Kế hoạch 02",
                "name_en": "Databases of Plan 02",
                **counts,
            },
            {"slug": "third", "name_vi": "Danh mục thứ ba", "name_en": "The third list", **counts},
        ]
        return JSONResponse({"items": items, "next": None})

    return [Route("/api/catalog/v1/entries", entries), Route("/api/catalog/v1/lists", lists)]
